package service_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file shows HTTP parts and listeners where net/http has corners.

func TestTheHardStopClosesAConnectionThatAHandlerHijackedAndReadsFrom(t *testing.T) {
	settled(t)
	l := localListener(t)
	hijacked := make(chan struct{})
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		close(hijacked)
		_, _ = io.Copy(io.Discard, conn) // as a websocket is read
	})})}}, service.Grace(time.Millisecond))
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-hijacked
	s.Stop(nil)
	select {
	case err := <-ended:
		if !errors.Is(err, service.ErrCutShort) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Error("Run does not return")
		conn.Close()
		<-ended
	}
}

func TestTheFilesOfAFormAreRemovedWhenTheRequestIsOver(t *testing.T) {
	settled(t)
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	l := localListener(t)
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseMultipartForm(1); err != nil {
			t.Error(err)
		}
		files, err := os.ReadDir(dir)
		if len(files) == 0 {
			t.Error("there is no file, ", err)
		}
	})})}})
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	file, _ := form.CreateFormFile("file", "name")
	_, _ = file.Write(make([]byte, 11<<20)) // beyond what is kept in memory anyway
	form.Close()
	resp, err := http.Post("http://"+l.Addr().String(), form.FormDataContentType(), &body)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if files, _ := os.ReadDir(dir); len(files) > 0 {
		t.Errorf("%v is left", files)
	}
}

func TestAHandlerIsCalledAlthoughTheContextOfItsRequestIsDeadAlready(t *testing.T) {
	// As net/http does: a client may have shut its half down and wait for the answer.
	settled(t)
	l := localListener(t)
	base, cancel := context.WithCancel(context.Background())
	cancel()
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{
		BaseContext: func(net.Listener) context.Context { return base },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.Context().Err())
		}),
	})}})
	if code, body, err := get("http://" + l.Addr().String()); code != 200 || body != "context canceled" {
		t.Errorf("the answer is %d %q %v", code, body, err)
	}
	http.DefaultClient.CloseIdleConnections()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestABaseContextThatIsNilIsNamed(t *testing.T) {
	settled(t)
	err := service.Run(context.Background(), []service.Part{
		{Name: "api", Run: service.HTTPOn(localListener(t), &http.Server{BaseContext: func(net.Listener) context.Context { return nil }})},
	}, service.Log(quietLog))
	var pe *braid.PanicError
	if !errors.As(err, &pe) || pe.Value != "service: the BaseContext of the server has returned a nil context" {
		t.Errorf("the error is %v", err)
	}
}

func TestAServerThatCannotServeClosesItsListener(t *testing.T) {
	settled(t)
	l := localListener(t)
	err := service.Run(context.Background(), []service.Part{
		{Name: "api", Run: service.HTTPOn(l, &http.Server{TLSConfig: &tls.Config{}})}, // without a certificate
	}, service.Log(quietLog))
	if err == nil {
		t.Error("there is no error")
	}
	if err := l.Close(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("closing it gave %v", err)
	}
}

func TestAPartThatIsKilledAtItsStartClosesItsListener(t *testing.T) {
	settled(t)
	handle := func(context.Context, net.Conn) error { return nil }
	for name, part := range map[string]func(net.Listener) run{
		"http":   func(l net.Listener) run { return service.HTTPOn(l, &http.Server{}) },
		"listen": func(l net.Listener) run { return service.ListenOn(l, handle) },
	} {
		l := localListener(t)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = part(l)(ctx, func() {})
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: closing it gave %v", name, err)
		}
	}
}

// nameless is a listener whose connections have no address.
type nameless struct{ net.Listener }

type namelessConn struct{ net.Conn }

func (namelessConn) RemoteAddr() net.Addr { return nil }

func (n nameless) Accept() (net.Conn, error) {
	conn, err := n.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return namelessConn{conn}, nil
}

func TestAConnectionWithoutAnAddressIsServedToo(t *testing.T) {
	settled(t)
	l := localListener(t)
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.ListenOn(nameless{l}, func(_ context.Context, conn net.Conn) error {
		_, err := fmt.Fprint(conn, "hello")
		return err
	})}})
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(conn); string(text) != "hello" {
		t.Errorf("got %q", text)
	}
	conn.Close()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestThatTheHardStopClosedAConnectionIsNoFailureOfIt(t *testing.T) {
	settled(t)
	l := localListener(t)
	entered := make(chan struct{})
	s, ended, events := running(t, []service.Part{{Name: "echo", Run: service.ListenOn(l, func(_ context.Context, conn net.Conn) error {
		close(entered)
		_, err := io.Copy(conn, conn)
		return err
	})}})
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	<-entered
	s.Kill(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	for len(events) > 0 {
		if e := <-events; e.Err != nil {
			t.Errorf("there is %v", e)
		}
	}
}

func TestAHijackedConnectionIsNoLongerThePartsWhenItsHandlerHasReturned(t *testing.T) {
	settled(t)
	l := localListener(t)
	kept := make(chan net.Conn, 1)
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
		}
		kept <- conn
	})})}})
	client, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	fmt.Fprint(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	conn := <-kept
	s.Stop(nil) // which waits for the handler
	if err := <-ended; err != nil {
		t.Error(err)
	}
	fmt.Fprint(conn, "still there")
	conn.Close()
	if text, _ := io.ReadAll(client); string(text) != "still there" {
		t.Errorf("the client got %q", text)
	}
}

func TestRequestsThatAreOverAreNotKept(t *testing.T) {
	if testing.Short() {
		t.Skip("four thousand requests")
	}
	settled(t)
	l := localListener(t)
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})})}})
	heap := func(requests int) int64 {
		for range requests {
			if code, _, err := get("http://" + l.Addr().String()); code != 200 {
				t.Fatal(code, err)
			}
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	before := heap(1000)
	if grown := heap(3000) - before; grown > 500_000 {
		t.Errorf("three thousand requests keep %d bytes", grown)
	}
	http.DefaultClient.CloseIdleConnections()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestHoweverAHookOfTheServerEndsThePartEndsAndTheConnectionIsClosed(t *testing.T) {
	for way, end := range map[string]func(){
		"panic":  func() { panic(errOne) },
		"goexit": goexit,
	} {
		at := func(state http.ConnState) *http.Server {
			return &http.Server{ConnState: func(_ net.Conn, s http.ConnState) {
				if s == state {
					end()
				}
			}}
		}
		hooks := map[string]*http.Server{
			"ConnContext":  {ConnContext: func(context.Context, net.Conn) context.Context { end(); return nil }},
			"at new":       at(http.StateNew),
			"at active":    at(http.StateActive),
			"at idle":      at(http.StateIdle),
			"at hijacked":  at(http.StateHijacked),
			"at its close": at(http.StateClosed),
		}
		if way == "panic" {
			delete(hooks, "at its close") // net/http lets it end the program
			hooks["ConnContext without a context"] = &http.Server{ConnContext: func(context.Context, net.Conn) context.Context { return nil }}
		}
		for hook, srv := range hooks {
			t.Run(hook+"/"+way, func(t *testing.T) {
				settled(t)
				srv.ErrorLog = log.New(io.Discard, "", 0)
				srv.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					if hook == "at hijacked" {
						_, _, _ = http.NewResponseController(w).Hijack()
					}
				})
				l := localListener(t)
				s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, srv)}})
				conn, err := net.Dial("tcp", l.Addr().String())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				request := "GET / HTTP/1.0\r\n\r\n"
				if hook == "at idle" {
					request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
				}
				fmt.Fprint(conn, request)
				_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
				if _, err := io.Copy(io.Discard, conn); errors.Is(err, os.ErrDeadlineExceeded) {
					t.Error("the connection is not closed")
				}
				s.Stop(nil)
				select {
				case err := <-ended:
					serves := hook == "at new" || strings.HasPrefix(hook, "ConnContext") // or else net/http answers for it
					if serves != (err != nil) {
						t.Errorf("the error is %v", err)
					}
				case <-time.After(10 * time.Second):
					t.Fatal("Run does not return")
				}
			})
		}
	}
}
