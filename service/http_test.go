package service_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// This file shows HTTP servers as parts, with real sockets and without waiting
// for the clock: handlers tell by channels where they are.

// settled checks, at the end of the test, that no goroutine is left of those
// that were started since.
func settled(t *testing.T) {
	t.Helper()
	before := runtime.NumGoroutine()
	t.Cleanup(func() {
		http.DefaultClient.CloseIdleConnections()
		for giveUp := time.Now().Add(30 * time.Second); time.Now().Before(giveUp); runtime.Gosched() {
			if runtime.NumGoroutine() <= before {
				return
			}
		}
		buf := make([]byte, 1<<16)
		t.Errorf("%d goroutines are left, want %d\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
	})
}

func localListener(t *testing.T) net.Listener {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// running runs the service beside the test and waits until it is ready.
func running(t *testing.T, parts []service.Part, opts ...service.Option) (s *service.Service, ended <-chan error, events <-chan service.Event) {
	t.Helper()
	c := make(chan service.Event, 1000)
	s = service.New(parts, append(opts, service.Observe(func(e service.Event) { c <- e }))...)
	done := make(chan error, 1)
	go func() { done <- s.Run(context.Background()) }()
	await(t, c, func(e service.Event) bool {
		return e.Part == "" && (e.Phase == service.PhaseRunning || e.Phase == service.PhaseStopped)
	})
	return s, done, c
}

// await reads events until there is one that it wants.
func await(t *testing.T, c <-chan service.Event, want func(service.Event) bool) service.Event {
	t.Helper()
	for {
		select {
		case e := <-c:
			if want(e) {
				return e
			}
		case <-time.After(30 * time.Second):
			t.Fatal("the event did not come")
		}
	}
}

func get(url string) (code int, body string, err error) {
	resp, err := http.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(text), err
}

type answered struct {
	code int
	body string
	err  error
}

// getting does get beside the test.
func getting(url string) <-chan answered {
	c := make(chan answered, 1)
	go func() {
		code, body, err := get(url)
		c <- answered{code, body, err}
	}()
	return c
}

func TestARequestThatIsUnderWayIsAnsweredAndNewConnectionsAreRefused(t *testing.T) {
	settled(t)
	l := localListener(t)
	url := "http://" + l.Addr().String()
	entered, leave := make(chan struct{}), make(chan struct{})
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-service.Stopping(r.Context())
		<-leave
		fmt.Fprint(w, "done ", r.Context().Err())
	})})}})
	answer := getting(url)
	<-entered
	s.Stop(nil)
	for { // until the listener is closed
		c, err := net.Dial("tcp", l.Addr().String())
		if errors.Is(err, syscall.ECONNREFUSED) {
			break
		}
		if err == nil {
			c.Close()
		}
		runtime.Gosched()
	}
	close(leave)
	if a := <-answer; a.code != 200 || a.body != "done <nil>" {
		t.Errorf("the answer is %+v", a)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAHandlerThatHangsIsCancelledByTheHardStopAndWaitedFor(t *testing.T) {
	settled(t)
	l := localListener(t)
	entered, cancelled, leave := make(chan struct{}), make(chan error, 1), make(chan struct{})
	left := false
	s, ended, events := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
		cancelled <- context.Cause(r.Context())
		<-leave
		left = true
	})})}}, service.Name("shop"), service.Grace(time.Millisecond), service.SlowAfter(time.Millisecond))
	answer := getting("http://" + l.Addr().String() + "/orders")
	<-entered
	s.Stop(errWhy)
	var c *braid.Cancellation
	if cause := <-cancelled; !errors.As(cause, &c) {
		t.Errorf("the cause is %v", cause)
	}
	if a := <-answer; a.err == nil {
		t.Errorf("the answer is %+v", a)
	}
	e := await(t, events, func(e service.Event) bool {
		return e.Stall != nil && len(e.Stall.Tasks) > 0 && strings.Contains(e.Stall.Tasks[0].Path, "GET")
	})
	if task := e.Stall.Tasks[0]; !strings.HasPrefix(task.Path, "shop/api/GET /orders") || !strings.Contains(task.Blocked, "TestAHandlerThatHangs") {
		t.Errorf("the report is %v", e)
	}
	close(leave)
	if err := <-ended; !errors.Is(err, service.ErrCutShort) || !left {
		t.Errorf("the error is %v, and that the handler has returned is %v", err, left)
	}
}

func TestAnHTTPPartThatLosesItsListenerIsRestartedOnANewOne(t *testing.T) {
	settled(t)
	listeners := make(chan net.Listener, 2)
	type key struct{}
	var states atomic.Int32
	srv := &http.Server{
		Addr:      "127.0.0.1:0",
		ConnState: func(_ net.Conn, state http.ConnState) { states.Add(1) },
		BaseContext: func(l net.Listener) context.Context {
			listeners <- l
			return context.WithValue(context.Background(), key{}, "kept")
		},
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.Context().Value(key{}), " ", service.From(r.Context()).Status().Parts[0].Attempt)
		}),
	}
	called := make(chan struct{}, 2)
	srv.RegisterOnShutdown(func() { called <- struct{}{} })
	s, ended, _ := running(t, []service.Part{{Name: "api", Restart: service.OnFailure, Run: service.HTTP(srv)}})
	first := <-listeners
	if code, body, err := get("http://" + first.Addr().String()); code != 200 || body != "kept 1" {
		t.Errorf("the first answered %d %s %v", code, body, err)
	}
	first.Close()
	second := <-listeners
	if code, body, err := get("http://" + second.Addr().String()); code != 200 || body != "kept 2" {
		t.Errorf("the second answered %d %s %v", code, body, err)
	}
	http.DefaultClient.CloseIdleConnections()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	<-called
	if states.Load() == 0 {
		t.Error("the server's own ConnState was not called")
	}
}

func TestTheEndOfTheServersOwnBaseContextEndsItsRequests(t *testing.T) {
	settled(t)
	l := localListener(t)
	base, cancel := context.WithCancelCause(context.Background())
	entered, causes := make(chan struct{}), make(chan error, 1)
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{
		BaseContext: func(net.Listener) context.Context { return base },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			close(entered)
			<-r.Context().Done()
			causes <- context.Cause(r.Context())
		}),
	})}})
	answer := getting("http://" + l.Addr().String())
	<-entered
	cancel(errWhy)
	if cause := <-causes; !errors.Is(cause, errWhy) {
		t.Errorf("the cause is %v", cause)
	}
	<-answer
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAPanicOfAHandlerEndsItsConnectionAlone(t *testing.T) {
	settled(t)
	l := localListener(t)
	var logged bytes.Buffer
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{
		ErrorLog: log.New(&logged, "", 0),
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/panic":
				panic("bang")
			case "/abort":
				panic(http.ErrAbortHandler)
			case "/exit":
				runtime.Goexit()
			}
			fmt.Fprint(w, "fine")
		}),
	})}})
	for _, path := range []string{"/abort", "/panic", "/exit"} {
		if _, _, err := get("http://" + l.Addr().String() + path); err == nil {
			t.Errorf("%s was answered", path)
		}
	}
	if code, body, err := get("http://" + l.Addr().String()); code != 200 || body != "fine" {
		t.Errorf("the next was answered %d %s %v", code, body, err)
	}
	http.DefaultClient.CloseIdleConnections()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if text := logged.String(); !strings.Contains(text, "bang") || strings.Contains(text, "abort") || strings.Count(text, "http: panic serving") != 1 {
		t.Errorf("the log has %s", text)
	}
}

func TestWhatAHandlerLeavesOpenIsReportedAndClosed(t *testing.T) {
	settled(t)
	l := localListener(t)
	s, ended, events := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		g, _ := braid.Open(r.Context())
		g.Go(func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		})
	})})}})
	if code, _, err := get("http://" + l.Addr().String()); code != 200 {
		t.Error(code, err)
	}
	e := await(t, events, func(e service.Event) bool { return e.Err != nil })
	if e.Part != "api" || !errors.Is(e.Err, braid.ErrNotClosed) {
		t.Errorf("the report is %v", e)
	}
	http.DefaultClient.CloseIdleConnections()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAHandlerThatHijackedItsConnectionIsWaitedForAndMayLookAtStopping(t *testing.T) {
	settled(t)
	l := localListener(t)
	hijacked := make(chan struct{})
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		close(hijacked)
		<-service.Stopping(r.Context())
		fmt.Fprint(conn, "goodbye")
	})})}})
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	<-hijacked
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if text, _ := io.ReadAll(conn); string(text) != "goodbye" {
		t.Errorf("the connection got %q", text)
	}
}

func TestAServerWithATLSConfigSpeaksTLS(t *testing.T) {
	settled(t)
	lent := httptest.NewUnstartedServer(nil)
	lent.StartTLS()
	cfg, client := lent.TLS, lent.Client()
	lent.Close()
	l := localListener(t)
	s, ended, _ := running(t, []service.Part{{Name: "api", Run: service.HTTPOn(l, &http.Server{TLSConfig: cfg, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.TLS != nil)
	})})}})
	resp, err := client.Get("https://" + l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(resp.Body); string(text) != "true" {
		t.Errorf("the answer is %s", text)
	}
	resp.Body.Close()
	client.CloseIdleConnections()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestAnAddressInUseIsAFailure(t *testing.T) {
	settled(t)
	l := localListener(t)
	defer l.Close()
	err := service.Run(t.Context(), []service.Part{{Name: "api", Run: service.HTTP(&http.Server{Addr: l.Addr().String()})}}, service.Log(quietLog))
	if !errors.Is(err, syscall.EADDRINUSE) || !strings.HasPrefix(err.Error(), "api: listen tcp") {
		t.Errorf("the error is %v", err)
	}
}

func TestThePartsThatAreNotReadyAreNamedOverHTTP(t *testing.T) {
	settled(t)
	l := localListener(t)
	mux := http.NewServeMux()
	mux.HandleFunc("GET /readyz", service.ServeReady)
	mux.HandleFunc("GET /livez", service.ServeLive)
	bePrepared, stop := make(chan struct{}), make(chan struct{})
	c := make(chan service.Event, 1000)
	s := service.New([]service.Part{
		{Name: "http", Run: service.HTTPOn(l, &http.Server{Handler: mux})},
		{Name: "db", Run: func(ctx context.Context, ready func()) error {
			<-bePrepared
			ready()
			<-service.Stopping(ctx)
			<-stop
			return nil
		}},
		{Name: "api", Needs: []string{"db"}, Run: obeys(0, 0)},
	}, service.Name("shop"), service.Observe(func(e service.Event) { c <- e }))
	done := make(chan error, 1)
	go func() { done <- s.Run(context.Background()) }()
	await(t, c, func(e service.Event) bool { return e.Part == "http" && e.Phase == service.PhaseRunning })
	base := "http://" + l.Addr().String()
	check := func(path string, code int, text string) {
		t.Helper()
		if c, body, err := get(base + path); c != code || body != text {
			t.Errorf("%s gave %d %q %v, want %d %q", path, c, body, err, code, text)
		}
	}
	check("/readyz", 503, "not ready: starting\ndb: starting\napi: waiting\n")
	check("/livez", 200, "live\n")
	close(bePrepared)
	await(t, c, func(e service.Event) bool { return e.Part == "" && e.Phase == service.PhaseRunning })
	check("/readyz", 200, "ready\n")

	outside := func(serve http.HandlerFunc, accept string) (int, string) {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", accept)
		serve(w, r)
		return w.Code, w.Body.String()
	}
	code, text := outside(s.ServeReady, "application/json")
	var a struct {
		Service, Phase string
		Ready          bool
		Parts          []struct {
			Name, Phase string
			Attempt     int
		}
	}
	if err := json.Unmarshal([]byte(text), &a); err != nil || code != 200 || !a.Ready || a.Service != "shop" || a.Phase != "running" || len(a.Parts) != 3 || a.Parts[0].Name != "http" || a.Parts[0].Attempt != 1 {
		t.Errorf("the JSON is %d %s", code, text)
	}
	if code, text := outside(service.ServeReady, ""); code != 503 || text != "this server is not part of a service\n" {
		t.Errorf("outside a service the answer is %d %s", code, text)
	}
	http.DefaultClient.CloseIdleConnections()
	s.Stop(nil)
	await(t, c, func(e service.Event) bool { return e.Part == "http" && e.Phase == service.PhaseStopped })
	if code, text := outside(s.ServeReady, ""); code != 503 || !strings.HasPrefix(text, "not ready: stopping\n") {
		t.Errorf("while it stops the answer is %d %s", code, text)
	}
	if code, _ := outside(s.ServeLive, ""); code != 200 {
		t.Errorf("while it stops it lives: %d", code)
	}
	close(stop)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if code, text := outside(s.ServeLive, ""); code != 503 || !strings.HasPrefix(text, "not live: stopped\n") {
		t.Errorf("at the end the answer is %d %s", code, text)
	}
}

func TestConnectionsOfAListenerFinishByTheSoftStop(t *testing.T) {
	settled(t)
	l := localListener(t)
	s, ended, _ := running(t, []service.Part{{Name: "echo", Run: service.ListenOn(l, func(ctx context.Context, conn net.Conn) error {
		defer conn.Close() // which it may
		_, err := io.Copy(conn, conn)
		return err
	})}})
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	r := bufio.NewReader(conn)
	say := func(text string) {
		t.Helper()
		fmt.Fprintln(conn, text)
		if got, err := r.ReadString('\n'); got != text+"\n" {
			t.Errorf("got %q, %v", got, err)
		}
	}
	say("before")
	s.Stop(nil)
	for {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			break
		}
		c.Close()
	}
	say("after")
	conn.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestConnectionsOfAListenerAreClosedByTheHardStop(t *testing.T) {
	settled(t)
	l := localListener(t)
	reading := make(chan struct{})
	s, ended, _ := running(t, []service.Part{{Name: "sink", Run: service.ListenOn(l, func(ctx context.Context, conn net.Conn) error {
		close(reading)
		_, err := io.Copy(io.Discard, conn) // which knows no context
		return err
	})}}, service.Grace(time.Millisecond))
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	<-reading
	s.Stop(nil)
	if err := <-ended; !errors.Is(err, service.ErrCutShort) {
		t.Errorf("the error is %v", err)
	}
	if _, err := conn.Read(make([]byte, 1)); err == nil {
		t.Error("the connection is open")
	}
}

func TestAFailureOfAConnectionIsReportedAndTheOthersGoOn(t *testing.T) {
	settled(t)
	l := localListener(t)
	var n atomic.Int32
	s, ended, events := running(t, []service.Part{{Name: "in", Run: service.ListenOn(l, func(ctx context.Context, conn net.Conn) error {
		switch n.Add(1) {
		case 1:
			return errOne
		case 2:
			panic(errTwo)
		}
		fmt.Fprint(conn, "hello")
		return nil
	})}})
	for _, want := range []error{errOne, errTwo} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		e := await(t, events, func(e service.Event) bool { return e.Err != nil })
		var te *braid.TaskError
		if !errors.Is(e.Err, want) || !errors.As(e.Err, &te) || te.Path() != "in/"+c.LocalAddr().String() {
			t.Errorf("the report is %v", e)
		}
		c.Close()
	}
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := io.ReadAll(c); string(text) != "hello" {
		t.Errorf("the third got %q", text)
	}
	c.Close()
	s.Stop(nil)
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestALostListenerIsAFailureOfThePartAndEndsItsConnections(t *testing.T) {
	settled(t)
	l := localListener(t)
	reading := make(chan struct{})
	_, ended, _ := running(t, []service.Part{{Name: "sink", Run: service.ListenOn(l, func(ctx context.Context, conn net.Conn) error {
		close(reading)
		_, err := io.Copy(io.Discard, conn)
		return err
	})}})
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	<-reading
	l.Close()
	if err := <-ended; !errors.Is(err, net.ErrClosed) || !strings.HasPrefix(err.Error(), "sink: accept tcp") {
		t.Errorf("the error is %v", err)
	}
}
