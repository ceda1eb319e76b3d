package service_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid/service"
)

// This file shows, in virtual time, when an HTTP part ends.

// pipes is a listener whose connections are pipes.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }

func (p *pipes) dial() net.Conn {
	here, there := net.Pipe()
	p.conns <- there
	return here
}

func TestAnHTTPPartEndsWithItsLastRequestAndNotSometimeLater(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		l := newPipes()
		s := service.New([]service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{
			Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { time.Sleep(10 * time.Second) }),
		})}}, service.Observe(j.observe), service.Grace(time.Minute))
		done := make(chan error, 1)
		began := time.Now()
		go func() { done <- s.Run(context.Background()) }()
		idle, busy := l.dial(), l.dial() // one that never asks is waited for by nobody
		defer idle.Close()
		defer busy.Close()
		fmt.Fprint(busy, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
		go func() { _, _ = http.ReadResponse(bufio.NewReader(busy), nil) }()
		time.Sleep(time.Second)
		synctest.Wait()
		s.Stop(nil)
		if err := <-done; err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("it ended after %v", took)
		}
	})
}
