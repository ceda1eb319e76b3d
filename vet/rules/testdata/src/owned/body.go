// Bodies of responses.

package owned

import (
	"context"
	"io"
	"net/http"

	"github.com/braid-go/braid"
)

func body(g *braid.Group, url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	g.Go(func(ctx context.Context) error {
		defer resp.Body.Close() // want `if this task is skipped, nobody closes resp.Body`
		_, err := io.Copy(io.Discard, resp.Body)
		return err
	})
	return nil
}

func bodyClosedOutside(g *braid.Group, url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	g.Go(func(ctx context.Context) error {
		defer resp.Body.Close()
		_, err := io.Copy(io.Discard, resp.Body)
		return err
	})
	return nil
}

func bodyHandedOn(g *braid.Group, url string, keep func(io.Closer)) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	keep(resp.Body)
	g.Go(func(ctx context.Context) error {
		return resp.Body.Close()
	})
	return nil
}
