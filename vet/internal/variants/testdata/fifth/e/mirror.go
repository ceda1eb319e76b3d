package e

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"golang.org/x/sync/errgroup"
)

// want-rule (e): the bodies belong to the group's context and are read when Wait has cancelled it
func (m *Mirror) FetchRelease(ctx context.Context, name string) (files [2][]byte, err error) {
	var resps [2]*http.Response
	defer func() {
		for _, resp := range resps {
			if resp != nil {
				resp.Body.Close()
			}
		}
	}()
	g, gctx := errgroup.WithContext(ctx)
	for i, ext := range [2]string{".tar.gz", ".sig"} {
		g.Go(func() (err error) {
			resps[i], err = m.get(gctx, name+ext)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return files, fmt.Errorf("fetch %s: %w", name, err)
	}
	for i, resp := range resps {
		if resp.StatusCode != http.StatusOK {
			return files, fmt.Errorf("fetch %s: %s", name, resp.Status)
		}
		if files[i], err = io.ReadAll(resp.Body); err != nil {
			return files, fmt.Errorf("fetch %s: %w", name, err)
		}
	}
	return files, nil
}

// fine: each task reads its body to the end
func (m *Mirror) FetchReleaseOK(ctx context.Context, name string) (files [2][]byte, err error) {
	g, gctx := errgroup.WithContext(ctx)
	for i, ext := range [2]string{".tar.gz", ".sig"} {
		g.Go(func() (err error) {
			resp, err := m.get(gctx, name+ext)
			if err != nil {
				return err
			}
			defer resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %s", ext, resp.Status)
			}
			files[i], err = io.ReadAll(resp.Body)
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return files, fmt.Errorf("fetch %s: %w", name, err)
	}
	return files, nil
}
