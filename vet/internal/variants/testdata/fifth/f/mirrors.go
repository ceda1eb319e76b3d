package f

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// want-rule (f): the context that WithContext makes is thrown away and the tasks use the one from outside
func PushToMirrors(ctx context.Context, client *http.Client, mirrors [3]string, blob []byte) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	g, _ := errgroup.WithContext(ctx)
	for _, m := range mirrors {
		g.Go(func() error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPut, m, bytes.NewReader(blob))
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode >= 300 {
				return fmt.Errorf("put %s: %s", m, resp.Status)
			}
			return nil
		})
	}
	return g.Wait()
}

// fine: a plain group has no context of its own, as mirrors are to be tried whatever becomes of the others
func PushToMirrorsOK(ctx context.Context, client *http.Client, mirrors [3]string, blob []byte) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	// A mirror that is down must not keep the blob from the others.
	var g errgroup.Group
	for _, m := range mirrors {
		g.Go(func() error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPut, m, bytes.NewReader(blob))
			if err != nil {
				return err
			}
			resp, err := client.Do(req)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode >= 300 {
				return fmt.Errorf("put %s: %s", m, resp.Status)
			}
			return nil
		})
	}
	return g.Wait()
}
