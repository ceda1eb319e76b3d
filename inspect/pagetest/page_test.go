package pagetest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
	"github.com/braid-go/braid/progress"
)

// This file tests what the page shows.

func TestThePageFollowsARunningProgram(t *testing.T) {
	run(t, "followed", func(_ context.Context, g *braid.Group) {
		b := open(t, serve(t))
		b.until(`row('followed') && $('#program').textContent !== 'braid'`)
		release := make(chan struct{})
		g.Go(func(context.Context) error { <-release; return errors.New("no space left") }, braid.Name("writer"))
		b.until(`row('writer').classList.contains('running')`)
		age := `row('writer').querySelector('.age').textContent`
		b.until(age + `.endsWith(' s') && ` + age + ` !== '0.0 s'`) // it ticks
		close(release)
		b.until(`!row('writer')`)
		b.until(`why().includes('writer no space left')`)
		b.until(`row('followed').querySelector('.count.failed')`)
	}, braid.Supervised)
}

func TestUntilTheFirstTreeHasComeThePageSaysThatItIsLoading(t *testing.T) {
	run(t, "slow", func(ctx context.Context, g *braid.Group) {
		var slow atomic.Bool
		release := make(chan struct{})
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/events") && slow.Load() {
				<-release
			}
			inspect.Handler().ServeHTTP(w, r)
		}))
		defer server.Close()
		defer server.CloseClientConnections()
		b := open(t, server.Listener.Addr().String())
		slow.Store(true)
		b.do(chromedp.Reload())
		b.until(`$('#link').innerText === 'connecting' && $('#spans').children.length`)
		b.find("x") // draws nothing either
		b.until(`!$('#empty').hidden && $('#empty').innerText === 'loading…' && why() === 'loading…'`)
		b.key(kb.Escape)
		close(release)
		b.until(`row('slow') && $('#empty').hidden && !why().includes('loading')`)
	}, braid.Supervised)
}

func TestAStuckTaskIsFoundAndToldOf(t *testing.T) {
	run(t, "job", func(ctx context.Context, g *braid.Group) {
		release := make(chan struct{})
		defer close(release)
		g.Go(func(ctx context.Context) error {
			return braid.Run(ctx, func(_ context.Context, g *braid.Group) error {
				g.Go(func(context.Context) error { <-release; return nil }, braid.Name("deaf"))
				g.Go(func(context.Context) error { return errors.New("disk full") }, braid.Name("writer"))
				return nil
			}, braid.Name("import"))
		}, braid.Name("importer"))
		b := open(t, serve(t))
		b.until(`why().includes('Not obeyed for') && why().includes('import was cancelled by writer') && why().includes('Still there: deaf')`)
		b.key("n")
		b.until(`selected() === 'import' && why().includes('by job/importer/import/writer') && why().includes('disk full')`)
		b.click(`row('deaf')`)
		b.until(`why().includes('Why is this still running?') && why().includes('was cancelled')`)
		b.until(`why().includes('(chan receive)') && why().includes('page_test.go:')`)
		// Ages in sentences go on, in the form of all others.
		b.until(`/The group \S+ was cancelled \d+(\.\d)? m?s ago by/.test(why()) && /It has run for \d+(\.\d)? m?s\./.test(why())`)
		b.until(`row('deaf').textContent.includes('after it was cancelled')`)
		b.click(`$('#why summary')`)
		b.until(`$('#why pre').innerText.includes('goroutine ')`)
		b.shot("why")
	}, braid.Supervised)
}

func TestAWaitRingIsShownWhole(t *testing.T) {
	foreign, release := context.WithCancel(context.Background())
	defer release()
	run(t, "parcel", func(_ context.Context, g *braid.Group) {
		defer release()
		var pack, ship *braid.Task[int]
		known := make(chan struct{})
		pack = braid.Fork(g, func(context.Context) (int, error) { <-known; return ship.Wait(foreign) }, braid.Name("pack"))
		ship = braid.Fork(g, func(context.Context) (int, error) { <-known; return pack.Wait(foreign) }, braid.Name("ship"))
		g.Go(func(ctx context.Context) error { <-known; _, err := ship.Wait(ctx); return err }, braid.Name("invoice"))
		close(known)
		b := open(t, serve(t))
		b.until(`row('pack').classList.contains('ring') && row('ship').classList.contains('ring') && row('invoice').classList.contains('waiting')`)
		b.until(`$('.chain').innerText.replace(/\s+/g, ' ').includes('pack')`)
		b.key("n")
		b.until(`selected() === 'pack' && why().includes('A ring of 2') && why().includes('wait for ever')`)
		if got := eval[string](b, `$$('.chain li').map(e => e.innerText.trim()).join(' ')`); got != "pack ship pack" {
			t.Errorf("the ring is %q", got)
		}
		b.key("w")
		b.until(`selected() === 'ship'`)
		b.key("b")
		b.until(`selected() === 'pack'`)
	}, braid.Supervised)
}

func TestSearchingLeavesWhatMatchesAndWhatThatIsIn(t *testing.T) {
	run(t, "shop", func(_ context.Context, g *braid.Group) {
		for _, name := range []string{"apples", "pears", "pearl"} {
			g.Go(untilCancelled, braid.Name(name))
		}
		b := open(t, serve(t))
		b.until(`all() === 'apples body pearl pears shop'`)
		b.find("pear")
		b.until(`all() === 'pearl pears shop' && row('shop').classList.contains('near')`)
		b.until(`row('pears').querySelector('mark').textContent === 'pear'`) // "pea" leaves the same
		b.do(chromedp.KeyEvent("qq"))
		b.until(`!names() && !$('#empty').hidden`)
		b.key(kb.Escape)
		b.until(`all() === 'apples body pearl pears shop'`)
		b.click(`$('#filters .waiting')`)
		b.until(`!names()`)
		b.click(`$('#filters .waiting')`)
		b.until(`row('apples')`)
	}, braid.Supervised)
}

func TestTheKeyboardGoesEverywhere(t *testing.T) {
	run(t, "outer", func(ctx context.Context, g *braid.Group) {
		g.Go(func(ctx context.Context) error {
			return braid.Run(ctx, func(ctx context.Context, g *braid.Group) error {
				g.Go(untilCancelled, braid.Name("leaf"))
				return untilCancelled(ctx)
			}, braid.Name("inner"))
		}, braid.Name("holder"))
		b := open(t, serve(t))
		b.until(`names() === 'outer body holder inner body leaf'`)
		is := func(name string) { t.Helper(); b.until(`selected() === '` + name + `'`) }
		b.key(kb.ArrowDown)
		is("outer")
		b.key(kb.End)
		is("leaf")
		b.until(`$('#tree').getAttribute('aria-activedescendant') === row('leaf').id && row('leaf').getAttribute('aria-level') === '4'`)
		b.key(kb.ArrowLeft)
		is("inner")
		b.key(kb.ArrowLeft) // folds
		b.until(`names() === 'outer body holder inner' && row('inner').getAttribute('aria-expanded') === 'false'`)
		b.key(kb.ArrowRight)
		b.until(`row('leaf')`)
		b.key(kb.Home)
		is("outer")
		b.key("c")
		b.until(`names() === 'outer body holder inner'`)
		b.key("e")
		b.until(`row('leaf')`)
		b.key(kb.End, kb.Enter)
		b.until(`document.activeElement === $('#why') && why().includes('Why is this still running?')`)
		b.key(kb.Escape)
		b.until(`document.activeElement === $('#tree')`)
		b.key(kb.Escape)
		b.until(`!selected() && why().includes('What needs a look')`)
		b.key("?")
		b.until(`$('#keys').open`)
		b.key(kb.Escape)
		b.until(`!$('#keys').open`)
		b.key("3")
		b.until(`document.activeElement === $('canvas')`)
	})
}

func TestWhatIsAlikeIsFoldedUntilAskedFor(t *testing.T) {
	run(t, "swarm", func(_ context.Context, g *braid.Group) {
		for range 60 {
			g.Go(untilCancelled)
		}
		b := open(t, serve(t))
		b.until(`names() === 'swarm body untilCancelled untilCancelled untilCancelled …and 57 more like it'`)
		b.click(`row('…and 57 more like it')`)
		b.until(`row('untilCancelled').getAttribute('aria-setsize') === '61'`)
		b.key("f")
		b.until(`row('…and 57 more like it')`)
	})
}

func TestProgressLimitsAndKindsAreShown(t *testing.T) {
	p := progress.New("files")
	run(t, "copy", func(ctx context.Context, g *braid.Group) {
		p.Total(40)
		p.Done(10)
		for i := range 5 {
			g.Go(untilCancelled, braid.Name(fmt.Sprintf("file %d", i)))
		}
		g.Go(untilCancelled, braid.Background, braid.Name("reporter"))
		b := open(t, serve(t))
		b.until(`row('copy').innerText.includes('2/2') && row('copy').innerText.includes('+3 queued')`)
		b.until(`row('copy').innerText.includes('10 of 40') && row('copy').querySelector('.progress i').style.width === '25%'`)
		b.until(`row('reporter').innerText.includes('background') && row('file 4').classList.contains('queued')`)
		b.click(`row('file 4')`)
		b.until(`why().includes('waits for a slot of copy')`)
	}, braid.Limit(2), braid.Track(p))
}

func TestTheTimelineTellsWhySomethingFailed(t *testing.T) {
	if !alone(t) {
		return
	}
	run(t, "timed", func(ctx context.Context, g *braid.Group) {
		b := open(t, serve(t))
		b.until(`row('timed')`)
		g.Go(func(ctx context.Context) error {
			if err := braid.Sleep(ctx, 400e6); err != nil {
				return err
			}
			return errors.New("no route to host")
		}, braid.Name("dial"))
		b.until(`why().includes('no route to host')`)
		b.click(`$('#pause')`) // or it would leave to the left on a slow machine
		b.do(chromedp.Focus(chromedp.CSS("canvas")))
		const told = `!$('#tip').hidden && $('#tip').innerText.includes('no route to host') && $('#tip').innerText.includes('timed/dial')`
		for range 50 { // what other tests have left is there too
			b.key(kb.ArrowDown)
			if eval[bool](b, told) {
				break
			}
		}
		b.until(told)
		b.key(kb.Escape)
		b.until(`$('#tip').hidden`)
		// With the mouse: somewhere in the lanes is the bar.
		at := eval[[]float64](b, `(() => {
			const canvas = $('canvas'), box = canvas.getBoundingClientRect();
			for (let y = box.top + 30; y < box.bottom; y += 6) for (let x = box.right; x > box.left; x -= 3) {
				canvas.dispatchEvent(new PointerEvent('pointermove', {clientX: x, clientY: y}));
				if (!$('#tip').hidden && $('#tip').innerText.includes('no route to host')) return [x, y];
			}
			return [];
		})()`)
		if len(at) != 2 {
			t.Fatal("no bar tells of the failure")
		}
		b.do(chromedp.MouseEvent("mouseMoved", at[0], at[1]-60))
		b.do(chromedp.MouseEvent("mouseMoved", at[0], at[1]))
		b.until(`!$('#tip').hidden && $('#tip').innerText.includes('no route to host')`)
		b.do(chromedp.MouseEvent("mouseMoved", 5, 5))
		b.until(`$('#tip').hidden`)
	}, braid.Supervised)
}

// alone runs the test in a process of its own, whose timeline has nothing that
// other tests have left. It reports whether this is that process.
func alone(t *testing.T) bool {
	const variable = "BRAID_TEST_ALONE"
	if os.Getenv(variable) != "" {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), variable+"=1")
	out, err := cmd.CombinedOutput()
	switch {
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skip("no browser")
	}
	return false
}
