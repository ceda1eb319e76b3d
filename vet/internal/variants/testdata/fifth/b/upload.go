package b

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
)

// want-rule (b): without a token it returns while the compressing goroutine is blocked in a write to a pipe that nobody reads
func (u *Uploader) UploadFile(ctx context.Context, name string, f *os.File) error {
	pr, pw := io.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() {
		zw := gzip.NewWriter(pw)
		_, err := io.Copy(zw, f)
		pw.CloseWithError(errors.Join(err, zw.Close()))
	})
	token, err := u.token(ctx)
	if err != nil {
		return fmt.Errorf("token for upload: %w", err)
	}
	defer wg.Wait()
	defer pr.Close()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, u.base+name, pr)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Encoding", "gzip")
	resp, err := u.hc.Do(req)
	if err != nil {
		return fmt.Errorf("upload %s: %w", name, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("upload %s: %s", name, resp.Status)
	}
	return nil
}

// fine: on every way out the pipe is closed, which frees the writer, and the writer is waited for
func (u *Uploader) UploadFileOK(ctx context.Context, name string, f *os.File) error {
	pr, pw := io.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() {
		zw := gzip.NewWriter(pw)
		_, err := io.Copy(zw, f)
		pw.CloseWithError(errors.Join(err, zw.Close()))
	})
	defer wg.Wait()
	defer pr.Close()
	token, err := u.token(ctx)
	if err != nil {
		return fmt.Errorf("token for upload: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, u.base+name, pr)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Encoding", "gzip")
	resp, err := u.hc.Do(req)
	if err != nil {
		return fmt.Errorf("upload %s: %w", name, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusCreated {
		return fmt.Errorf("upload %s: %s", name, resp.Status)
	}
	return nil
}
