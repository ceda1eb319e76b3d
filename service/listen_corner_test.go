package service_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file shows a listener whose connections fail faster than observers hear.

// plenty is a listener that has many connections at once.
type plenty struct {
	left, accepted int
	closed         chan struct{}
}

func (p *plenty) Accept() (net.Conn, error) {
	if p.accepted == p.left {
		<-p.closed
		return nil, net.ErrClosed
	}
	time.Sleep(time.Nanosecond) // until the handlers of those before have run
	p.accepted++
	conn, other := net.Pipe()
	other.Close()
	return conn, nil
}

func (p *plenty) Close() error   { close(p.closed); return nil }
func (p *plenty) Addr() net.Addr { return &net.UnixAddr{Name: "plenty", Net: "unix"} }

func TestConnectionsAreHeldBackWhileTheirFailuresCannotBeTold(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		l := &plenty{left: 4_000, closed: make(chan struct{})}
		told, goOn := 0, make(chan struct{})
		s := service.New([]service.Part{{Name: "smtp", Run: service.ListenOn(l, func(context.Context, net.Conn) error { return errOne })}},
			service.Observe(func(e service.Event) {
				if e.Phase == service.PhaseRunning && e.Err != nil {
					<-goOn
					told++
				}
			}))
		done := make(chan error, 1)
		go func() { done <- s.Run(t.Context()) }()
		time.Sleep(time.Second)
		synctest.Wait()
		if l.accepted > 2_000 {
			t.Errorf("%d connections were accepted while nobody was told", l.accepted)
		}
		close(goOn)
		time.Sleep(time.Second)
		synctest.Wait()
		s.Stop(nil)
		if err := <-done; err != nil || told != 4_000 {
			t.Errorf("%d failures were told, and the error is %v", told, err)
		}
	})
}

// broken is a listener whose second Accept ends as told.
type broken struct {
	scripted
	end func() error
}

func (b *broken) Accept() (net.Conn, error) {
	if len(b.results) == 0 {
		return nil, b.end()
	}
	return b.scripted.Accept()
}

func TestHoweverAnAcceptEndsThatIsAFailureOfThePart(t *testing.T) {
	for way, how := range ways {
		if way == "nil" {
			continue
		}
		t.Run(way, func(t *testing.T) {
			in(t, func(t *testing.T, j *journal) {
				here, there := net.Pipe()
				defer here.Close()
				l := &broken{*newScripted(there), func() error { time.Sleep(time.Second); return how() }}
				err := service.Run(t.Context(), []service.Part{{Name: "in", Run: service.ListenOn(l, func(ctx context.Context, conn net.Conn) error {
					<-ctx.Done()
					return ctx.Err()
				})}}, service.Observe(j.observe))
				why := wayError(way)
				wantReason(t, j, err, service.ByFailure, "in", why)
				var pe *braid.PanicError
				if way == "panic" && (!errors.As(err, &pe) || pe.Path != "in" || !strings.Contains(string(pe.Stack), "restart_test.go")) {
					t.Errorf("the panic is %+v", pe)
				}
				if d := time.Since(j.start); d != time.Second || !errors.Is(err, why) {
					t.Errorf("after %v the error is %v", d, err)
				}
				if text := strings.Join(j.lines, "\n"); way != "goexit" && strings.Contains(text, "goes on") {
					t.Errorf("the events are\n%s", text)
				}
				if err := l.Close(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("closing it gave %v", err)
				}
			})
		})
	}
}
