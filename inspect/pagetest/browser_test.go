package pagetest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
)

// This file drives the browser. Each test has a tab; what the tab complains of,
// or asks other hosts for, fails the test.

// patience is how long a test may wait for something that has to come. It is
// long, for slow machines: nothing is found good for being quick.
const patience = time.Minute

var (
	browser    context.Context // with one browser for all tests
	noBrowser  string          // why there is none
	onceOpened sync.Once
)

func TestMain(m *testing.M) {
	if name := os.Getenv("BRAID_PAGETEST"); name != "" {
		program(name)
		return
	}
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), browserOptions()...)
	browser, _ = chromedp.NewContext(ctx)
	code := m.Run()
	cancel()
	os.Exit(code)
}

// findBrowser gives the path of a browser, or "".
func findBrowser() string {
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}
	if own := os.Getenv("BRAID_BROWSER"); own != "" {
		names = []string{own}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func browserOptions() []chromedp.ExecAllocatorOption {
	opts := []chromedp.ExecAllocatorOption{
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true),
		chromedp.WindowSize(1360, 860),
	}
	if path := findBrowser(); path != "" {
		opts = append(opts, chromedp.ExecPath(path))
	}
	return opts
}

// needBrowser skips the test where there is no browser, or fails it where one was
// asked for.
func needBrowser(t *testing.T) {
	t.Helper()
	onceOpened.Do(func() {
		if findBrowser() == "" {
			noBrowser = "no Chromium is installed (apt-get install chromium fonts-dejavu-core), or BRAID_BROWSER names none"
		} else if err := chromedp.Do(browser); err != nil {
			noBrowser = fmt.Sprintf("the browser does not start: %v", err)
		}
	})
	switch {
	case noBrowser == "":
	case os.Getenv("CI") == "true" || os.Getenv("BRAID_BROWSER") != "":
		t.Fatal(noBrowser)
	default:
		t.Skip(noBrowser)
	}
}

// A tab is one of the browser's, with the page in it.
type tab struct {
	t    *testing.T
	ctx  context.Context
	addr string

	mu       sync.Mutex
	problems []string
	offline  bool // that the server cannot be reached is no problem
}

// serve serves the page of this process for the test, and gives its address.
func serve(t *testing.T) string {
	t.Helper()
	l, err := inspect.Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- inspect.Serve(ctx, l) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String()
}

// open opens the page at addr in a tab.
func open(t *testing.T, addr string, before ...chromedp.Action[chromedp.Void]) *tab {
	t.Helper()
	needBrowser(t)
	b := &tab{t: t, addr: addr}
	ctx, cancel := chromedp.NewContext(browser, chromedp.WithListener(b.heard), chromedp.WithNewBrowserContext())
	ctx, stop := context.WithTimeoutCause(ctx, 4*patience, errors.New("the page took too long"))
	b.ctx = ctx
	t.Cleanup(func() {
		stop()
		cancel()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, p := range b.problems {
			t.Error(p)
		}
	})
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	b.do(before...)
	b.do(chromedp.Navigate("http://" + addr + "/"))
	b.until(`document.querySelector('#link.live')`)
	return b
}

func (b *tab) heard(event any) {
	problem := ""
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		problem = fmt.Sprintf("the page wrote to the console: %s", e.Type)
		for _, a := range e.Args {
			problem += " " + string(a.Value) + a.Description
		}
	case *runtime.EventExceptionThrown:
		problem = "the page failed: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			problem += " " + e.ExceptionDetails.Exception.Description
		}
	case *log.EventEntryAdded:
		if !b.offline {
			problem = "the browser complains: " + e.Entry.Text + " " + e.Entry.URL
		}
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, "http://"+b.addr+"/") {
			problem = "the page asks for " + e.Request.URL
		}
	}
	if problem != "" {
		b.problems = append(b.problems, problem)
	}
}

// lose says that the server may be away.
func (b *tab) lose() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.offline = true
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// eval gives what an expression is in the page.
func eval[T any](b *tab, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T]("(() => { "+helpers+" return ("+js+"); })()"))
	if err != nil {
		b.t.Fatalf("%s: %v", js, err)
	}
	return v
}

// helpers are what the tests' expressions use.
const helpers = `
	const $ = s => document.querySelector(s), $$ = s => [...document.querySelectorAll(s)];
	const name = r => r.querySelector('.name').textContent;
	const rows = () => $$('.row').sort((a, b) => a.dataset.i - b.dataset.i);
	const row = n => rows().find(r => name(r) === n);
	const names = () => rows().map(name).join(' ');
	const all = () => rows().map(name).sort().join(' ');
	const why = () => $('#why').innerText;
	const selected = () => { const r = $('.row.selected'); return r ? name(r) : ''; };
`

// until waits until the expression is true in the page.
func (b *tab) until(js string) {
	b.t.Helper()
	for began := time.Now(); ; {
		ok, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool]("(() => { "+helpers+" try { return Boolean("+js+"); } catch { return false; } })()"))
		switch {
		case ok:
			return
		case b.ctx.Err() != nil:
			b.t.Fatalf("never true: %s: %v, %v", js, err, context.Cause(b.ctx))
		case time.Since(began) > patience:
			b.t.Fatalf("never true: %s\nThe page:\n%s", js, eval[string](b, "document.body.innerText"))
		}
		select {
		case <-time.After(25 * time.Millisecond):
		case <-b.ctx.Done():
		}
	}
}

// key presses keys, one after the other.
func (b *tab) key(keys ...string) {
	b.t.Helper()
	for _, k := range keys {
		b.do(chromedp.KeyEvent(k))
	}
}

// find searches for a text, by the keyboard.
func (b *tab) find(text string) {
	b.t.Helper()
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
		if _, err := chromedp.Call(b.ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Key: "/", Code: "Slash"}); err != nil {
			b.t.Fatal(err)
		}
	}
	b.until(`document.activeElement === $('#search')`)
	b.do(chromedp.KeyEvent(text))
}

// click clicks in the middle of the element that the expression gives.
func (b *tab) click(js string) {
	b.t.Helper()
	b.until(js)
	at := eval[[]float64](b, middle(js))
	b.do(chromedp.MouseClickXY(at[0], at[1]))
}

// middle gives an expression for where the middle of an element is, in the window.
func middle(js string) string {
	return "(e => { e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2]; })(" + js + ")"
}

// tap is click with a finger.
func (b *tab) tap(js string) {
	b.t.Helper()
	b.until(js)
	at := eval[[]float64](b, middle(js))
	for _, touch := range []input.DispatchTouchEventParams{
		{Type: input.DispatchTouchEventTypeTouchStart, TouchPoints: []*input.TouchPoint{{X: at[0], Y: at[1]}}},
		{Type: input.DispatchTouchEventTypeTouchEnd, TouchPoints: []*input.TouchPoint{}},
	} {
		if _, err := chromedp.Call(b.ctx, input.DispatchTouchEvent, touch); err != nil {
			b.t.Fatal(err)
		}
	}
}

// shot takes a picture, if any are wanted.
func (b *tab) shot(name string) {
	b.t.Helper()
	dir := os.Getenv("BRAID_SHOTS")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}
	if err != nil {
		b.t.Error(err)
	}
}

// run runs a group for the test, whose page body looks at.
func run(t *testing.T, name string, body func(ctx context.Context, g *braid.Group), opts ...braid.GroupOption) {
	t.Helper()
	needBrowser(t)
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		defer g.Cancel() // also if the test fails
		body(ctx, g)
		return nil
	}, append(opts, braid.Name(name))...)
}

func untilCancelled(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }
