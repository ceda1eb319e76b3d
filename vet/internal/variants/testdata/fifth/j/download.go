package j

import (
	"context"
	"io"
	"path/filepath"

	"github.com/braid-go/braid"
)

// want-rule (j): a response body that a queued task was to read and close stays open when the group is cancelled before
func (d *Downloader) FetchRelease(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, part := range []string{"release.tar.gz", "SHA256SUMS", "SHA256SUMS.sig"} {
			resp, err := d.open(ctx, d.base+part)
			if err != nil {
				return err
			}
			body, name := resp.Body, filepath.Join(d.dir, part)
			g.Go(func(context.Context) (err error) {
				defer func() {
					if cerr := body.Close(); err == nil {
						err = cerr
					}
				}()
				return d.save(name, body)
			})
		}
		return nil
	}, braid.Limit(2))
}

// fine: GoWith takes the body over and closes it in any case
func (d *Downloader) FetchReleaseOK(ctx context.Context) error {
	return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
		for _, part := range []string{"release.tar.gz", "SHA256SUMS", "SHA256SUMS.sig"} {
			resp, err := d.open(ctx, d.base+part)
			if err != nil {
				return err
			}
			name := filepath.Join(d.dir, part)
			braid.GoWith(g, resp.Body, func(_ context.Context, body io.ReadCloser) error {
				return d.save(name, body)
			})
		}
		return nil
	}, braid.Limit(2))
}
