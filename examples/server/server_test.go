package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/service"
)

// A tried is a shop that runs beside a test.
type tried struct {
	*shop
	url     string
	signals chan os.Signal
	ended   chan error
	stopped []string // the parts, in the order of their ends; read after ended
}

// try runs a shop with further routes and waits until it is ready.
func try(t *testing.T, s *shop, routes func(mux *http.ServeMux), opts ...service.Option) *tried {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	mux := s.handler()
	routes(mux)
	x := &tried{shop: s, url: "http://" + l.Addr().String(), signals: make(chan os.Signal, 2), ended: make(chan error, 1)}
	ready := make(chan struct{})
	go func() {
		x.ended <- service.Run(context.Background(), s.parts(l, mux), append(opts, service.SignalsFrom(x.signals), service.Observe(func(e service.Event) {
			switch {
			case e.Part == "" && e.Phase == service.PhaseRunning:
				close(ready)
			case e.Part != "" && e.Phase == service.PhaseStopped:
				x.stopped = append(x.stopped, e.Part)
			}
		}))...)
	}()
	select {
	case <-ready:
	case err := <-x.ended:
		t.Fatal(err)
	}
	return x
}

func post(url, body string) (answer string, err error) {
	resp, err := http.Post(url, "text/plain", strings.NewReader(body))
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return fmt.Sprint(resp.StatusCode, " ", string(text)), err
}

// refused waits until the shop's listener is closed.
func (x *tried) refused() {
	for {
		c, err := net.Dial("tcp", strings.TrimPrefix(x.url, "http://"))
		if err != nil {
			return
		}
		c.Close()
		runtime.Gosched()
	}
}

func TestASoftStopAnswersWhatIsUnderWayAndSendsTheMailAndClosesThePoolLast(t *testing.T) {
	var sent []string
	maySend := make(chan struct{})
	s := newShop(2, func(ctx context.Context, text string) error {
		<-maySend
		sent = append(sent, text)
		return nil
	})
	inFlight, leave := make(chan struct{}), make(chan struct{})
	x := try(t, s, func(mux *http.ServeMux) {
		mux.HandleFunc("POST /slow", func(w http.ResponseWriter, r *http.Request) {
			err := s.pool.with(r.Context(), func(c *conn) error {
				close(inFlight)
				<-leave
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			s.serveOrder(w, r)
		})
	})
	if answer, err := post(x.url+"/orders", "book"); answer != "200 order 1\n" {
		t.Errorf("the answer is %q, %v", answer, err)
	}
	answers := make(chan string, 1)
	go func() {
		answer, _ := post(x.url+"/slow", "lamp")
		answers <- answer
	}()
	<-inFlight
	x.signals <- os.Interrupt
	x.refused()
	close(leave)
	if answer := <-answers; answer != "200 order 2\n" {
		t.Errorf("the answer is %q", answer)
	}
	close(maySend)
	if err := <-x.ended; err != nil {
		t.Error(err)
	}
	if want := []string{"order 1: book", "order 2: lamp"}; !slices.Equal(sent, want) {
		t.Errorf("the mail sent is %q, want %q", sent, want)
	}
	if want := []string{"api", "mail", "pool"}; !slices.Equal(x.stopped, want) || len(x.pool.free) != 0 {
		t.Errorf("the parts ended in the order %v, want %v, and %d connections are left", x.stopped, want, len(x.pool.free))
	}
}

func TestAHardStopCancelsAHandlerThatHangs(t *testing.T) {
	s := newShop(2, func(context.Context, string) error { return nil })
	inFlight, causes := make(chan struct{}), make(chan error, 1)
	x := try(t, s, func(mux *http.ServeMux) {
		mux.HandleFunc("POST /hang", func(w http.ResponseWriter, r *http.Request) {
			_ = s.pool.with(r.Context(), func(c *conn) error {
				close(inFlight)
				<-r.Context().Done()
				causes <- context.Cause(r.Context())
				return nil
			})
		})
	}, service.Grace(braid.Forever))
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		_, _ = post(x.url+"/hang", "") // there may or may not be time for an answer
	}()
	<-inFlight
	x.signals <- os.Interrupt
	x.refused()
	x.signals <- os.Interrupt
	var c *braid.Cancellation
	if cause := <-causes; !errors.As(cause, &c) {
		t.Errorf("the cause in the handler is %v", cause)
	}
	<-answered
	err := <-x.ended
	var e *service.Error
	if !errors.As(err, &e) || !errors.Is(err, service.ErrCutShort) || e.Reason.By != service.BySignal {
		t.Errorf("the error is %v", err)
	}
	for path := range braid.Leaves(err) {
		if path != "api" {
			t.Errorf("the culprit is said to be %s", path)
		}
	}
}

func TestMailThatCouldNotBeSentIsSentByTheNextAttempt(t *testing.T) {
	var sent []string
	calls, again := 0, make(chan struct{})
	s := newShop(2, func(ctx context.Context, text string) error {
		switch calls++; calls {
		case 1:
			return errors.New("the mail server is away")
		case 2:
			close(again)
		}
		sent = append(sent, text)
		return nil
	})
	x := try(t, s, func(*http.ServeMux) {})
	for _, item := range []string{"book", "lamp"} {
		if answer, err := post(x.url+"/orders", item); !strings.HasPrefix(answer, "200") {
			t.Errorf("the answer is %q, %v", answer, err)
		}
	}
	<-again
	x.signals <- os.Interrupt
	if err := <-x.ended; err != nil {
		t.Error(err)
	}
	if want := []string{"order 1: book", "order 2: lamp"}; !slices.Equal(sent, want) {
		t.Errorf("the mail sent is %q, want %q", sent, want)
	}
}

func TestTheProgramTellsWhatItDoes(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signals <- os.Interrupt
	var out strings.Builder
	if err := run(t.Context(), "127.0.0.1:0", &out, service.SignalsFrom(signals)); err != nil {
		t.Error(err)
	}
	for _, want := range []string{"listening on http://127.0.0.1:", "shop: stopping, stopped by signal interrupt\n", "shop: stopped\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("there is no %q in\n%s", want, out.String())
		}
	}
}
