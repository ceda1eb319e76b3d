package service_test

import (
	"context"
	"math"
	"net"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/braid-go/braid/service"
)

// panicOf gives the text that f panics with, or "".
func panicOf(f func()) (text string) {
	defer func() {
		if v := recover(); v != nil {
			text, _ = v.(string)
		}
	}()
	f()
	return ""
}

func TestWhatMakesNoSenseIsRefusedAtTheCall(t *testing.T) {
	ok := func(ctx context.Context, ready func()) error { return nil }
	parts := func(parts ...service.Part) func() {
		return func() { service.New(parts) }
	}
	var none context.Context
	ctx := t.Context()
	for want, f := range map[string]func(){
		"service: New called without parts":                                           parts(),
		"service: Run called without parts":                                           func() { _ = service.Run(ctx, nil) },
		"service: New called with a part without a name: part 1":                      parts(service.Part{Name: "a", Run: ok}, service.Part{Run: ok}),
		"service: New called with two parts named a":                                  parts(service.Part{Name: "a", Run: ok}, service.Part{Name: "a", Run: ok}),
		"service: New called with a nil Run: part a":                                  parts(service.Part{Name: "a"}),
		"service: New called with an unknown Restart: part a":                         parts(service.Part{Name: "a", Run: ok, Restart: 7}),
		"service: New called with a ReadyWithin below zero: part a":                   parts(service.Part{Name: "a", Run: ok, ReadyWithin: -1}),
		"service: New called with a Grace below zero: part a":                         parts(service.Part{Name: "a", Run: ok, Grace: -1}),
		"service: part a has a Delay below zero":                                      parts(service.Part{Name: "a", Run: ok, Backoff: service.Backoff{Delay: -1}}),
		"service: part a has a Factor below zero":                                     parts(service.Part{Name: "a", Run: ok, Backoff: service.Backoff{Factor: math.NaN()}}),
		"service: a Backoff has a MaxDelay below zero":                                func() { service.New([]service.Part{{Name: "a", Run: ok}}, service.Backoff{MaxDelay: -1}) },
		"service: New called with a part that needs one that is not there: a needs b": parts(service.Part{Name: "a", Needs: []string{"b"}, Run: ok}),
		"service: New called with parts that need each other in a ring: a needs a":    parts(service.Part{Name: "a", Needs: []string{"a"}, Run: ok}),
		"service: New called with parts that need each other in a ring: b needs c needs d needs b": parts(
			service.Part{Name: "a", Needs: []string{"b"}, Run: ok},
			service.Part{Name: "b", Needs: []string{"e", "c"}, Run: ok},
			service.Part{Name: "c", Needs: []string{"d"}, Run: ok},
			service.Part{Name: "d", Needs: []string{"b"}, Run: ok},
			service.Part{Name: "e", Run: ok}),
		"service: Supervise called without parts":                      func() { service.Supervise(nil) },
		"service: nil option":                                          func() { service.New([]service.Part{{Name: "a", Run: ok}}, nil) },
		"service: option Grace given twice":                            func() { service.New([]service.Part{{Name: "a", Run: ok}}, service.Grace(1), service.Grace(2)) },
		"service: option Strategy given twice":                         func() { service.New([]service.Part{{Name: "a", Run: ok}}, service.OneForOne, service.OneForAll) },
		"service: option Signals given twice":                          func() { service.New([]service.Part{{Name: "a", Run: ok}}, service.Signals(), service.Signals()) },
		"service: unknown Strategy":                                    func() { service.New([]service.Part{{Name: "a", Run: ok}}, service.Strategy(9)) },
		"service: Run called with a nil context":                       func() { _ = service.Run(none, []service.Part{{Name: "a", Run: ok}}) },
		"service: Name called with an empty name":                      func() { service.Name("") },
		"service: Grace called with a negative duration":               func() { service.Grace(-1) },
		"service: Intensity called with a negative number of restarts": func() { service.Intensity(-1, 1) },
		"service: Intensity called with a window that is not positive": func() { service.Intensity(1, 0) },
		"service: Observe called with a nil function":                  func() { service.Observe(nil) },
		"service: Log called with a nil logger":                        func() { service.Log(nil) },
		"service: Signals called with a nil signal":                    func() { service.Signals(os.Interrupt, nil) },
		"service: SignalsFrom called with a nil channel":               func() { service.SignalsFrom(nil) },
		"service: SlowAfter called with a duration that is not positive; SlowAfter(braid.Forever) turns the report off": func() { service.SlowAfter(0) },
		"service: Func called with a nil function":                    func() { service.Func(nil) },
		"service: Loop called with a nil function":                    func() { service.Loop(nil) },
		"service: Ticker called with a nil function":                  func() { service.Ticker(1, nil) },
		"service: Ticker called with a duration that is not positive": func() { service.Ticker(0, func(context.Context) error { return nil }) },
		"service: HTTP called with a nil server":                      func() { service.HTTP(nil) },
		"service: HTTPOn called with a nil listener":                  func() { service.HTTPOn(nil, &http.Server{}) },
		"service: HTTPOn called with a nil server":                    func() { service.HTTPOn(&net.TCPListener{}, nil) },
		"service: Listen called with a nil function":                  func() { service.Listen("tcp", "", nil) },
		"service: ListenOn called with a nil function":                func() { service.ListenOn(&net.TCPListener{}, nil) },
		"service: ListenOn called with a nil listener":                func() { service.ListenOn(nil, func(context.Context, net.Conn) error { return nil }) },
		"service: Stopping called with a nil context":                 func() { service.Stopping(none) },
		"service: Soft called with a nil context":                     func() { service.Soft(none) },
		"service: From called with a nil context":                     func() { service.From(none) },
		"service: Report called with a nil context":                   func() { service.Report(none, errOne) },
		"service: Report called with a nil error":                     func() { service.Report(ctx, nil) },
	} {
		if got := panicOf(f); got != want {
			t.Errorf("the panic is %q, want %q", got, want)
		}
	}
}

func TestAServiceRunsOnce(t *testing.T) {
	s := service.New([]service.Part{{Name: "a", Run: ends(0, failing(nil))}})
	if err := s.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if got, want := panicOf(func() { _ = s.Run(t.Context()) }), "service: Run called twice on one Service; New makes another"; got != want {
		t.Errorf("the panic is %q, want %q", got, want)
	}
}

func TestTheCallersPartsAreNotChanged(t *testing.T) {
	in(t, func(t *testing.T, j *journal) {
		needs := []string{"b"}
		parts := []service.Part{{Name: "a", Needs: needs, Run: obeys(0, 0)}, {Name: "b", Run: obeys(0, 0)}}
		s := service.New(parts)
		needs[0], parts[0].Name, parts[1].Run = "x", "y", nil
		stopAfter(s, time.Second)
		if err := s.Run(t.Context()); err != nil {
			t.Error(err)
		}
		if st := s.Status(); st.Parts[0].Name != "b" || st.Parts[1].Name != "a" {
			t.Errorf("the parts are %v", st.Parts)
		}
	})
}

func TestContextsOutsideAnyServiceWorkToo(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	soft, release := service.Soft(ctx)
	defer release()
	if service.From(ctx) != nil {
		t.Error("there is a service")
	}
	service.Report(ctx, errOne)
	cancel(errWhy)
	<-service.Stopping(ctx)
	<-soft.Done()
	if context.Cause(soft) != errWhy {
		t.Errorf("the cause is %v", context.Cause(soft))
	}
}
