package braid_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// This file shows rule 11.1 of the contract: net/http, os/exec and net.Conn
// under a cancelled group.

// hangingServer answers nobody.
func hangingServer(t *testing.T) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusOK)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	return s
}

func get(ctx context.Context, url string, began func()) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	began()
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, err = io.ReadAll(resp.Body)
	return err
}

func TestRule11_1_AnHTTPRequestUnderACancelledGroupIsCancelledNotFailed(t *testing.T) {
	s := hangingServer(t)
	began := make(chan struct{})
	var got error
	err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			got = get(ctx, s.URL, func() { close(began) })
			return got
		})
		g.Go(func(context.Context) error { <-began; return errOne })
		return nil
	})
	wantFailures(t, err, errOne)
	if !errors.Is(got, context.Canceled) || errors.Is(got, errOne) {
		t.Errorf("the request gave %v", got)
	}
}

func TestRule11_1_AnHTTPRequestUnderADeadlineIsATimeout(t *testing.T) {
	s := hangingServer(t)
	err := braid.Timeout(context.Background(), 50*time.Millisecond, func(ctx context.Context) error {
		err := get(ctx, s.URL, func() {})
		if ue := (*url.Error)(nil); errors.As(err, &ue) && !ue.Timeout() {
			t.Errorf("%v is no timeout for net/http", err)
		}
		return err
	})
	if _, ok := err.(*braid.TimeoutError); !ok || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %T (%v)", err, err)
	}
}

func TestRule11_1_AKilledCommandIsCollateral(t *testing.T) {
	sleep, err := exec.LookPath("sleep")
	if err != nil {
		t.Skip("no sleep command")
	}
	began := make(chan struct{})
	err = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(func(ctx context.Context) error {
			cmd := exec.CommandContext(ctx, sleep, "60")
			if err := cmd.Start(); err != nil {
				t.Error(err)
			}
			close(began)
			return cmd.Wait()
		})
		g.Go(func(context.Context) error { <-began; return errOne })
		return nil
	})
	for _, te := range failures(t, err) {
		ee := (*exec.ExitError)(nil)
		if errors.As(te, &ee) != te.AfterCancel {
			t.Errorf("%v has AfterCancel %v", te, te.AfterCancel)
		}
	}
	if err.(*braid.GroupError).Primary().Err != errOne {
		t.Errorf("primary is %v", err.(*braid.GroupError).Primary())
	}
}

func TestRule11_1_AConnectionIsClassifiedByWhatItReturns(t *testing.T) {
	began := make(chan struct{})
	read := func(cut func(net.Conn)) func(context.Context) error {
		return func(ctx context.Context) error {
			here, there := net.Pipe()
			defer there.Close()
			stop := braid.AfterFunc(ctx, func() { cut(here) })
			defer stop()
			began <- struct{}{}
			_, err := here.Read(make([]byte, 1))
			return err
		}
	}
	err := braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Go(read(func(c net.Conn) { c.Close() }))
		g.Go(read(func(c net.Conn) { _ = c.SetDeadline(time.Unix(1, 0)) }))
		<-began
		<-began
		return errOne
	})
	tes := failures(t, err) // io.ErrClosedPipe, an I/O timeout, and the body's
	if len(tes) != 3 || !tes[0].AfterCancel || !tes[1].AfterCancel || tes[2].AfterCancel || err.(*braid.GroupError).Primary() != tes[2] {
		t.Errorf("got %v", err)
	}
	// A dial under a dead context says "operation was canceled", and means it.
	err = braid.Run(context.Background(), func(_ context.Context, g *braid.Group) error {
		g.Cancel()
		g.Go(func(ctx context.Context) error {
			_, err := new(net.Dialer).DialContext(ctx, "tcp", "127.0.0.1:1")
			return err
		}, braid.Always)
		return nil
	})
	if err != nil {
		t.Errorf("a dial: %v", err)
	}
}
