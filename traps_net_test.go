package braid_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"github.com/braid-go/braid"
)

// The traps O1 to O3 and O14: net/http, os/exec and net.Conn in a cancelled
// group. They run on the real clock and wait for events only.

// trapServer is a server whose handler says that it was entered and then hangs
// until the client goes away.
func trapServer(t *testing.T) (get func(context.Context) error, entered <-chan struct{}) {
	in := make(chan struct{}, 100)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		in <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(srv.Close)
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, "GET", srv.URL, nil)
		if err != nil {
			return err
		}
		resp, err := srv.Client().Do(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}, in
}

// O1, rule 11.1: net/http returns the cause as its own error
func TestTrap1_ARequestCutShortByASiblingsFailureIsCancelledNotFailed(t *testing.T) {
	get, entered := trapServer(t)
	var request error
	var h *braid.Task[int]
	err := braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		h = braid.Fork(g, func(ctx context.Context) (int, error) {
			request = get(ctx)
			return 0, request
		})
		g.Go(func(context.Context) error {
			<-entered
			return errTrap
		})
		return nil
	})
	var ue *url.Error
	if !errors.As(request, &ue) || !errors.Is(request, context.Canceled) || errors.Is(request, errTrap) || ue.Timeout() {
		t.Errorf("the request failed with %v", request)
	}
	if h.State() != braid.Cancelled {
		t.Errorf("the task that made it is %v", h.State())
	}
	ge, ok := err.(*braid.GroupError)
	if !ok || len(ge.Errors()) != 1 || ge.Primary().Err != errTrap {
		t.Errorf("Run gave %+v, want the one failure", err)
	}

	t.Run("by a deadline", func(t *testing.T) {
		var d braid.Deadline
		err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			g.Go(func(context.Context) error {
				<-entered
				return d.Reset(0)
			})
			return braid.Timeout(ctx, time.Hour, func(ctx context.Context) error {
				err := get(ctx)
				if !errors.As(err, &ue) || !ue.Timeout() || !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("the request failed with %v", err)
				}
				return err
			}, &d, braid.Name("slow"))
		})
		ge, ok := err.(*braid.GroupError)
		if !ok {
			t.Fatalf("Run gave %v", err)
		}
		if te, ok := ge.Primary().Err.(*braid.TimeoutError); !ok || te.Name != "slow" {
			t.Errorf("the failure is %v, want the timeout", ge.Primary().Err)
		}
	})
}

// O2, rule 11.1: errors that are consequences of a cancellation and do not say so
func TestTrap2_WhatACancellationBreaksIsCollateral(t *testing.T) {
	// check runs broken beside a task that fails once broken is under way.
	check := func(t *testing.T, is func(error) bool, broken func(ctx context.Context, underWay func()) error) {
		t.Helper()
		run := func(opts ...braid.GroupOption) error {
			return braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
				underWay := make(chan struct{})
				g.Go(func(ctx context.Context) error { return broken(ctx, func() { close(underWay) }) })
				g.Go(func(context.Context) error {
					<-underWay
					return errTrap
				})
				return nil
			}, opts...)
		}
		err := run()
		ge, ok := err.(*braid.GroupError)
		if !ok || len(ge.Errors()) != 2 {
			t.Fatalf("Run gave %+v, want two failures", err)
		}
		if te := ge.Primary(); te.Err != errTrap || te.AfterCancel {
			t.Errorf("Primary is %v", te)
		}
		i := slices.IndexFunc(ge.Errors(), func(err error) bool { return err != ge.Primary() })
		collateral := ge.Errors()[i].(*braid.TaskError)
		if !collateral.AfterCancel || !is(collateral.Err) || errors.Is(collateral, context.Canceled) {
			t.Errorf("beside it is %v, after cancel: %v", collateral, collateral.AfterCancel)
		}
		err = run(braid.CancelNoise(is))
		if ge, ok = err.(*braid.GroupError); !ok || len(ge.Errors()) != 1 {
			t.Errorf("with CancelNoise Run gave %+v, want one failure", err)
		}
	}
	t.Run("signal: killed", func(t *testing.T) {
		sleep, err := exec.LookPath("sleep")
		if err != nil {
			t.Skip(err)
		}
		check(t, func(err error) bool {
			var ee *exec.ExitError
			return errors.As(err, &ee) && ee.ExitCode() == -1
		}, func(ctx context.Context, underWay func()) error {
			cmd := exec.CommandContext(ctx, sleep, "3600")
			if err := cmd.Start(); err != nil {
				t.Error(err)
			}
			underWay()
			return cmd.Wait()
		})
	})
	read := func(ctx context.Context, underWay func(), interrupt func(net.Conn)) error {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			return err
		}
		defer conn.Close()
		defer braid.AfterFunc(ctx, func() { interrupt(conn) })()
		underWay()
		_, err = conn.Read(make([]byte, 1))
		return err
	}
	isTimeout := func(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
	t.Run("use of closed network connection", func(t *testing.T) {
		check(t, func(err error) bool { return errors.Is(err, net.ErrClosed) }, func(ctx context.Context, underWay func()) error {
			return read(ctx, underWay, func(c net.Conn) { c.Close() })
		})
	})
	t.Run("i/o timeout", func(t *testing.T) {
		check(t, isTimeout, func(ctx context.Context, underWay func()) error {
			return read(ctx, underWay, func(c net.Conn) { c.SetDeadline(time.Unix(1, 0)) })
		})
	})
	t.Run("i/o timeout under a deadline", func(t *testing.T) {
		var d braid.Deadline
		err := braid.Timeout(t.Context(), time.Hour, func(ctx context.Context) error {
			return read(ctx, func() { d.Reset(0) }, func(c net.Conn) { c.SetDeadline(time.Unix(1, 0)) })
		}, &d)
		if _, ok := braid.TimedOut(err); !ok || !isTimeout(err) {
			t.Errorf("got %v, want the error with the timeout attached", err)
		}
	})
}

// O3
func TestTrap3_DiallingUnderADeadContextIsCancellation(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var h *braid.Task[net.Conn]
	err = braid.Run(t.Context(), func(_ context.Context, g *braid.Group) error {
		g.Cancel()
		h = braid.Fork(g, func(ctx context.Context) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "tcp", l.Addr().String())
		}, braid.Always)
		return nil
	})
	if err != nil {
		t.Errorf("Run gave %v", err)
	}
	if _, err := h.Result(); h.State() != braid.Cancelled || !errors.Is(err, context.Canceled) {
		t.Errorf("the task is %v: %v", h.State(), err)
	}
}

// O14, rule 11.5
func TestTrap14_AResponseDiesWithItsTaskUnlessTheRequestWasTheOutsides(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello, ")
		w.(http.Flusher).Flush()
		select {
		case <-release:
			io.WriteString(w, "world")
		case <-r.Context().Done():
		}
	}))
	defer srv.Close()
	fetch := func(ctx context.Context) (*http.Response, error) {
		req, err := http.NewRequestWithContext(ctx, "GET", srv.URL, nil)
		if err != nil {
			return nil, err
		}
		return srv.Client().Do(req)
	}
	var inTask context.Context
	var dying, living *http.Response
	err := braid.Run(t.Context(), func(outer context.Context, _ *braid.Group) error {
		err := braid.Run(outer, func(_ context.Context, g *braid.Group) error {
			g.Go(func(ctx context.Context) (err error) {
				inTask = ctx
				dying, err = fetch(ctx)
				return err
			})
			g.Go(func(context.Context) (err error) {
				living, err = fetch(outer)
				return err
			})
			return nil
		})
		if err != nil {
			return err
		}
		defer dying.Body.Close()
		defer living.Body.Close()
		if inTask.Err() != context.Canceled {
			t.Errorf("the task's context has %v", inTask.Err())
		}
		if _, err := io.ReadAll(dying.Body); !errors.Is(err, context.Canceled) {
			t.Errorf("reading the task's response gave %v", err)
		}
		close(release)
		if text, err := io.ReadAll(living.Body); string(text) != "hello, world" || err != nil {
			t.Errorf("reading the other gave %q, %v", text, err)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestRule2_3_WhatAHandlerClosesTooIsClosedTwiceByGoWith(t *testing.T) {
	wake := func(wake func(net.Conn), opts ...braid.GroupOption) error {
		here, there := tcpPair(t)
		defer there.Close()
		return braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
			reads := make(chan struct{})
			braid.GoWith(g, here, func(ctx context.Context, c net.Conn) error {
				braid.AfterFunc(ctx, func() { wake(c) })
				close(reads)
				if _, err := c.Read(make([]byte, 1)); ctx.Err() == nil {
					return err
				}
				return context.Cause(ctx)
			})
			<-reads
			g.Cancel()
			return nil
		}, opts...)
	}
	closes := func(c net.Conn) { c.Close() }
	if err := wake(closes); !errors.Is(err, net.ErrClosed) {
		t.Error(err)
	}
	closed := func(err error) bool { return errors.Is(err, net.ErrClosed) }
	if err := wake(closes, braid.CancelNoise(closed)); err != nil {
		t.Error(err)
	}
	if err := wake(func(c net.Conn) { c.SetDeadline(time.Unix(1, 0)) }); err != nil {
		t.Error(err)
	}
}

func tcpPair(t *testing.T) (here, there net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if here, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if there, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return here, there
}
