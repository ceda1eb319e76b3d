// Writers to a pipe.

package stranded

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"
)

func post(ctx context.Context, v any, login func() (string, error)) error {
	pr, pw := io.Pipe()
	go func() { // want `the function may return at line 22 before anything is done with pr`
		pw.CloseWithError(json.NewEncoder(pw).Encode(v))
	}()
	name, err := login()
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, name, pr)
	if err != nil {
		return err
	}
	_, err = http.DefaultClient.Do(req)
	return err
}

func write(w *io.PipeWriter, v any) { w.CloseWithError(json.NewEncoder(w).Encode(v)) }

func scan(v any, login func() error) (lines int, err error) {
	r, w := io.Pipe()
	go write(w, v) // want `before anything is done with r`
	switch err := login(); {
	case err != nil:
		return 0, err
	}
	defer r.Close()
	for s := bufio.NewScanner(r); s.Scan(); {
		lines++
	}
	return lines, nil
}

func joined(v any, login func() error) error {
	r, w := io.Pipe()
	var wg sync.WaitGroup
	wg.Go(func() { write(w, v) }) // want `before anything is done with r`
	if err := login(); err != nil {
		return err
	}
	defer wg.Wait()
	defer r.Close()
	_, err := io.Copy(io.Discard, r)
	return err
}

// What follows is fine.

func closedFirst(v any, login func() error) error {
	r, w := io.Pipe()
	defer r.Close()
	go write(w, v)
	if err := login(); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

func writerClosed(v any, login func() error) error {
	r, w := io.Pipe()
	defer w.Close()
	go write(w, v)
	if err := login(); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

func closedOnError(v any, login func() error) error {
	r, w := io.Pipe()
	go write(w, v)
	if err := login(); err != nil {
		w.CloseWithError(err)
		return err
	}
	_, err := io.Copy(io.Discard, r)
	return err
}

func readElsewhere(v any, login func() error, read func(io.Reader)) error {
	r, w := io.Pipe()
	go read(r)
	go write(w, v)
	return login()
}

func readLater(v any, login func() error, read func(io.Reader)) error {
	r, w := io.Pipe()
	go write(w, v)
	go func() { read(r) }()
	return login()
}

func returned(v any) io.ReadCloser {
	r, w := io.Pipe()
	go write(w, v)
	return r
}

func bothEnds(v any, login func() error, swap func(io.Reader, io.Writer)) error {
	r, w := io.Pipe()
	go swap(r, w)
	return login()
}

func closedInTime(ctx context.Context, v any, login func() error) error {
	r, w := io.Pipe()
	stop := context.AfterFunc(ctx, func() { r.Close() })
	defer stop()
	go write(w, v)
	if err := login(); err != nil {
		return err
	}
	time.Sleep(time.Second)
	return nil
}

func startedLast(v any, login func() error) error {
	r, w := io.Pipe()
	if err := login(); err != nil {
		return err
	}
	go write(w, v)
	_, err := io.Copy(io.Discard, r)
	return err
}
