package braidtest_test

import (
	"context"
	"os"
	"os/signal"
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/braidtest"
)

func TestCheckNamesATaskThatIsLeftAndWhereItIsBlocked(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	message := run("TestServer", func(t *fake) {
		braidtest.Check(t)
		g, _ := braid.Open(context.Background(), braid.Name("server"))
		ready := make(chan struct{})
		accept := func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { close(ready); <-stop; return nil }, braid.Name("conn"))
				return nil
			})
		}
		g.Go(accept, braid.Name("accept"))
		<-ready
		g.Cancel() // and no Close
	})
	wantSaid(t, message, `
TestServer left 2 goroutines behind:
└─ task server/accept, of the function at check_test.go:N
   │  chan receive in braidtest_test.TestCheckNamesATaskThatIsLeftAndWhereItIsBlocked.func1.1 (check_test.go:N), calling braid.Run
   │  although its group was cancelled: context canceled: server was cancelled at check_test.go:N
   └─ task server/accept/conn, of the function at check_test.go:N
         chan receive in braidtest_test.TestCheckNamesATaskThatIsLeftAndWhereItIsBlocked.func1.1.1.1 (check_test.go:N)
         although its group was cancelled: context canceled: server was cancelled at check_test.go:N`)
}

func TestCheckNamesAGoroutineAndWhoStartedIt(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	message := run("TestPool", func(t *fake) {
		braidtest.Check(t)
		for range 3 {
			go wait(stop)
		}
		go func() {
			go wait(stop)
			wait(stop)
		}()
	})
	wantSaid(t, message, `
TestPool left 5 goroutines behind:
├─ goroutine started in braidtest_test.TestCheckNamesAGoroutineAndWhoStartedIt.func1 (check_test.go:N) (and 2 more like it)
│     chan receive in braidtest_test.wait (check_test.go:N)
└─ goroutine started in braidtest_test.TestCheckNamesAGoroutineAndWhoStartedIt.func1 (check_test.go:N)
   │  chan receive in braidtest_test.wait (check_test.go:N)
   │    called in braidtest_test.TestCheckNamesAGoroutineAndWhoStartedIt.func1.1 (check_test.go:N)
   └─ goroutine started in braidtest_test.TestCheckNamesAGoroutineAndWhoStartedIt.func1.1 (check_test.go:N)
         chan receive in braidtest_test.wait (check_test.go:N)`)
}

func wait(stop <-chan struct{}) { <-stop }

func TestCheckIsSilentIfNothingIsLeft(t *testing.T) {
	message := run("TestClean", func(t *fake) {
		braidtest.Check(t)
		stop := make(chan struct{})
		t.Cleanup(func() { close(stop) }) // runs before the check looks
		go wait(stop)
		err := braid.Run(context.Background(), func(ctx context.Context, g *braid.Group) error {
			for range 100 {
				g.Go(func(context.Context) error { return nil })
			}
			return nil
		})
		if err != nil {
			t.Errorf("%v", err)
		}
	})
	wantSaid(t, message, "")
}

func TestCheckWaitsForWhatIsOnItsWayToItsEnd(t *testing.T) {
	message := run("TestSlowEnd", func(t *fake) {
		braidtest.Check(t)
		last := make(chan struct{})
		go func() { // blocked, but not for long
			<-last
		}()
		go func() {
			for range 100_000 {
				runtime.Gosched()
			}
			close(last)
		}()
	})
	wantSaid(t, message, "")
}

func TestCheckHasPatienceOnlyAsLongAsItWasTold(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	message := run("TestSpin", func(t *fake) {
		braidtest.Check(t, braidtest.Patience(0))
		go func() {
			for {
				select {
				case <-stop:
					return
				default:
					runtime.Gosched()
				}
			}
		}()
	})
	if !strings.HasPrefix(message, "TestSpin left a goroutine behind:") || !strings.Contains(message, "check_test.go") {
		t.Error(message)
	}
}

func TestCheckLeavesAloneWhatWasThereBefore(t *testing.T) {
	stop, work, told := make(chan struct{}), make(chan struct{}), make(chan struct{})
	defer close(stop)
	go func() { // a pool that was there before
		<-work
		go func() { close(told); <-stop }()
		<-stop
	}()
	message := run("TestLater", func(t *fake) {
		braidtest.Check(t)
		close(work)
		<-told
	})
	wantSaid(t, message, "")
}

func TestCheckLeavesTheRuntimesGoroutinesAlone(t *testing.T) {
	message := run("TestSignals", func(t *fake) {
		braidtest.Check(t)
		c := make(chan os.Signal, 1)
		signal.Notify(c, os.Interrupt)
		signal.Stop(c)
		collected := make(chan struct{})
		func() {
			v := new([64]int)
			runtime.SetFinalizer(v, func(*[64]int) { close(collected) })
		}()
		for done := false; !done; {
			runtime.GC()
			select {
			case <-collected:
				done = true
			default:
			}
		}
	})
	wantSaid(t, message, "")
}

func TestCheckAllowsWhatItIsTold(t *testing.T) {
	const pkg = "github.com/braid-go/braid/braidtest_test."
	for name, c := range map[string]struct {
		allow string
		ok    bool
	}{
		"on the stack":     {pkg + "wait", true},
		"by its beginning": {pkg + "wai*", true},
		"its starter":      {pkg + "TestCheckAllowsWhatItIsTold.func1.1.1", true},
		"another":          {pkg + "waits", false},
	} {
		t.Run(name, func(t *testing.T) {
			stop := make(chan struct{})
			defer close(stop)
			message := run("TestJanitor", func(t *fake) {
				braidtest.Check(t, braidtest.Patience(0), braidtest.Allow(c.allow))
				ready := make(chan struct{})
				go func() { // who has started the one that waits
					go func() { close(ready); wait(stop) }()
				}()
				<-ready
			})
			if (message == "") != c.ok {
				t.Error(message)
			}
		})
	}
}

func TestCheckKnowsAGoroutineWhoseLabelIsLostByItsStarter(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	message := run("TestProfiled", func(t *fake) {
		braidtest.Check(t, braidtest.Patience(0))
		pprof.Do(context.Background(), pprof.Labels("request", "1"), func(context.Context) { go wait(stop) })
	})
	if !strings.Contains(message, "TestProfiled left a goroutine behind") {
		t.Error(message)
	}
}

func TestCheckInABubbleWaitsForNoTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		message := run("TestSleeper", func(t *fake) {
			braidtest.Check(t)
			go time.Sleep(time.Second)
		})
		wantSaid(t, message, `
TestSleeper left a goroutine behind:
└─ goroutine started in braidtest_test.TestCheckInABubbleWaitsForNoTimer.func1.1 (check_test.go:N)
      sleep in time.Sleep (time.go:N)`)
		if took := time.Since(begun); took != 0 {
			t.Errorf("the check let %v pass", took)
		}
		wantSaid(t, run("TestAwake", func(t *fake) {
			braidtest.Check(t)
			go func() {
				for range 1000 {
					runtime.Gosched()
				}
			}()
		}), "")
		time.Sleep(time.Second)
	})
}

func TestCheckSaysWhatTheRuntimeHasProved(t *testing.T) {
	if pprof.Lookup("goroutineleak") == nil {
		t.Skip("this build has no profile of leaked goroutines")
	}
	message := run("TestNil", func(t *fake) {
		braidtest.Check(t)
		go wait(nil)
	})
	wantSaid(t, message, `
TestNil left a goroutine behind:
└─ goroutine started in braidtest_test.TestCheckSaysWhatTheRuntimeHasProved.func1 (check_test.go:N)
      chan receive (nil chan) in braidtest_test.wait (check_test.go:N)
      nothing can wake it: the runtime has looked`)
}

func TestBadInputIsRefusedAtTheCall(t *testing.T) {
	for want, call := range map[string]func(){
		"braidtest: Check called with a nil test":             func() { braidtest.Check(nil) },
		"braidtest: Check called with a nil option":           func() { braidtest.Check(t, nil) },
		"braidtest: Main called with a nil M":                 func() { braidtest.Main(nil) },
		"braidtest: Run called with a nil test":               func() { braidtest.Run(nil, func(*testing.T) {}) },
		"braidtest: Run called with a nil function":           func() { braidtest.Run(t, nil) },
		"braidtest: WantTree called with a nil test":          func() { braidtest.WantTree(nil, nil, "") },
		"braidtest: WantState called with a nil test":         func() { braidtest.WantState[int](nil, nil, 0) },
		"braidtest: WantState called with a nil task":         func() { braidtest.WantState[int](t, nil, 0) },
		"braidtest: WantCause called with a nil test":         func() { braidtest.WantCause(nil, nil, nil) },
		"braidtest: WantCause called with a nil context":      func() { braidtest.WantCause(t, nil, nil) },
		"braidtest: WantCause called with a nil error":        func() { braidtest.WantCause(t, t.Context(), nil) },
		"braidtest: Took called with a nil test":              func() { braidtest.Took(nil, 0, nil) },
		"braidtest: Took called with a nil function":          func() { braidtest.Took(t, 0, nil) },
		"braidtest: Allow called with an empty name":          func() { braidtest.Allow("a", "*") },
		"braidtest: Patience called with a negative duration": func() { braidtest.Patience(-1) },
	} {
		func() {
			defer func() {
				if got := recover(); got != want {
					t.Errorf("panicked with %v, want %q", got, want)
				}
			}()
			call()
		}()
	}
}
