package pagetest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/braid-go/braid"
)

// This file tests the page in hard times: reloaded, without its server, with too
// much to show, with names made to hurt, on a phone.

func TestAReloadChangesNothing(t *testing.T) {
	at, _ := start(t, "127.0.0.1:0")
	b := open(t, at)
	b.until(`row('north-side') && row('south-4')`)
	b.click(`row('north-side').querySelector('.twist')`)
	b.until(`!row('north-0')`)
	b.click(`row('south-3')`)
	b.until(`selected() === 'south-3'`)
	b.click(`$('[data-span="60"]')`)
	b.do(chromedp.Reload())
	b.until(`selected() === 'south-3' && !row('north-0') && row('south-4') && why().includes('Why is this still running?')`)
	b.until(`$('[data-span="60"]').getAttribute('aria-pressed') === 'true'`)
}

func TestARestartOfTheProgramChangesNothing(t *testing.T) {
	at, kill := start(t, "127.0.0.1:0")
	b := open(t, at)
	b.until(`row('north-side') && row('south-4')`)
	b.click(`row('north-side').querySelector('.twist')`)
	b.click(`row('south-3')`)
	b.until(`selected() === 'south-3' && !row('north-0')`)
	before := eval[string](b, `row('south-3').id`)
	b.lose()
	kill()
	b.until(`$('#link.lost') && document.body.classList.contains('lost')`)
	if !eval[bool](b, `selected() === 'south-3'`) {
		t.Error("what was there is gone while the server is away")
	}
	start(t, at)
	b.until(`$('#link.live') && !document.body.classList.contains('lost')`)
	b.until(`selected() === 'south-3' && !row('north-0') && row('south-4')`)
	if after := eval[string](b, `row('south-3').id`); after == before {
		t.Error("the program was not restarted")
	}
	b.until(`why().includes('Why is this still running?') && why().includes('Source')`)
}

func TestTenThousandTasksStayFluid(t *testing.T) {
	run(t, "crowd", func(_ context.Context, g *braid.Group) {
		for i := range 10_000 {
			g.Go(untilCancelled, braid.Name(fmt.Sprintf("task %05d", i)))
		}
		b := open(t, serve(t))
		b.until(`rows().length > 10`)
		b.key("f")
		b.until(`rows()[5].getAttribute('aria-setsize') === '10001'`)
		few := func() {
			t.Helper()
			if n := eval[int](b, `$$('*').length`); n > 2500 {
				t.Errorf("the page has %d elements", n)
			}
		}
		few()
		const at = `+$('.row.selected').getAttribute('aria-posinset')`
		b.key(kb.ArrowDown, kb.End)
		b.until(at + ` === 10001`)
		few()
		b.key(kb.PageUp)
		b.until(at + ` < 10001 && ` + at + ` > 9900`)
		b.shot("crowd")
		b.find("07777")
		b.until(`names() === 'crowd task 07777'`)
		// It scrolls through everything, a step a frame.
		b.key(kb.Escape, kb.Escape)
		b.until(`rows().length > 10`)
		b.do(chromedp.Evaluate[chromedp.Void](`(function step(n) {
			document.querySelector('#tree').scrollTop = n * 26000;
			if (n < 10) requestAnimationFrame(() => step(n + 1));
		})(0)`))
		b.until(`rows().some(r => r.getAttribute('aria-posinset') === '10001') && rows().length > 10`)
		few()
	})
}

func TestHostileNamesDoNothing(t *testing.T) {
	evil := []string{
		`<img src=x onerror="window.hurt=1">`,
		`"><script>window.hurt=1</script>`,
		"\u202egnihtemos\u202c",
		"line\nbreak\x1b[2Jzero\u200bwidth",
		"javascript:window.hurt=1",
		`'); window.hurt=1; ('`,
	}
	run(t, evil[0], func(_ context.Context, g *braid.Group) {
		for _, name := range evil {
			g.Go(untilCancelled, braid.Name(name))
		}
		g.Go(untilCancelled, braid.Name(strings.Repeat("long", 3000)))
		g.Go(func(context.Context) error { return fmt.Errorf("%s", strings.Join(evil, " ")) }, braid.Name(evil[1]))
		b := open(t, serve(t))
		b.until(`rows().length >= 9`)
		for _, want := range []string{evil[0], evil[1], `\u202egnihtemos\u202c`, `line\u000abreak\u001b[2Jzero\u200bwidth`, evil[4], evil[5]} {
			b.until(fmt.Sprintf("row(%q)", want))
			b.click(fmt.Sprintf("row(%q)", want))
			b.until(`why().includes('Why is this still running?') && why().includes('Path')`)
		}
		b.key("3")
		for range 12 {
			b.key(kb.ArrowDown)
		}
		b.key("1", kb.Escape)
		b.until(`why().includes('What needs a look') && $('.ends li')`)
		if eval[bool](b, `Boolean(window.hurt) || $$('main img, main script, main a').length > 0`) {
			t.Error("a name became more than text")
		}
		if eval[bool](b, `document.documentElement.scrollWidth > innerWidth`) {
			t.Error("a long name makes the page scroll sideways")
		}
	}, braid.Supervised)
}

func TestAPhoneHasRoomForAllOfIt(t *testing.T) {
	run(t, "pocket", func(_ context.Context, g *braid.Group) {
		for i := range 3 {
			g.Go(untilCancelled, braid.Name(fmt.Sprintf("%d, a task with a name that is longer than a phone is wide", i)))
		}
		g.Go(func(context.Context) error { return fmt.Errorf("a failure") }, braid.Name("broken"))
		b := open(t, serve(t), chromedp.EmulateViewport(360, 740, chromedp.EmulateScale(2), chromedp.EmulateMobile, chromedp.EmulateTouch))
		fits := func() {
			t.Helper()
			if w := eval[[]int](b, `[document.documentElement.scrollWidth, innerWidth]`); w[0] > w[1] || w[1] != 360 {
				t.Errorf("%v pixels wide", w)
			}
		}
		b.until(`rows().length >= 5`)
		fits()
		if !eval[bool](b, `rows().slice(0, 5).every(r => { const { left, right, top, bottom } = r.getBoundingClientRect(); return right <= innerWidth && document.elementFromPoint((left + right) / 2, (top + bottom) / 2)?.closest('.row') === r; })`) {
			t.Error("something lies over the rows, or they are not there")
		}
		b.shot("phone-tree")
		b.tap(`rows()[3]`)
		b.until(`document.body.dataset.view === 'why' && getComputedStyle($('#why')).visibility === 'visible' && why().includes('Why is this')`)
		fits()
		b.tap(`$('#tabs [data-view=time]')`)
		b.until(`getComputedStyle($('#time-view')).visibility === 'visible' && getComputedStyle($('#tree-view')).visibility === 'hidden'`)
		fits()
		b.tap(`$('#tabs [data-view=tree]')`)
		b.until(`getComputedStyle($('#tree-view')).visibility === 'visible'`)
		if h := eval[float64](b, `rows()[0].getBoundingClientRect().height`); h < 34 {
			t.Errorf("rows are %v pixels high, too little for a finger", h)
		}
	}, braid.Supervised)
}

func TestLightAndDarkAreReadable(t *testing.T) {
	run(t, "lit", func(context.Context, *braid.Group) {
		prefers := func(scheme string) chromedp.Action[chromedp.Void] {
			return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
				_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
				})
				return err
			})
		}
		b := open(t, serve(t), prefers("dark"))
		const light = `(c => { const [r, g, b] = c.match(/\d+/g).map(Number); return r + g + b > 384; })(getComputedStyle(document.body).backgroundColor)`
		contrast := func(what string) {
			t.Helper()
			for name, ratio := range eval[map[string]float64](b, contrasts) {
				if ratio < 4.5 {
					t.Errorf("%s: %s has a contrast of %.2f to the ground", what, name, ratio)
				}
			}
		}
		b.until("!" + light)
		contrast("dark")
		b.do(prefers("light"))
		b.until(light)
		contrast("light")
		b.key("t") // light, whatever the system says
		b.do(prefers("dark"))
		b.until(light + ` && document.documentElement.dataset.theme === 'light'`)
		b.key("t")
		b.until("!" + light)
		b.do(chromedp.Reload())
		b.until(`$('#link.live') && document.documentElement.dataset.theme === 'dark' && ` + "!" + light)
	})
}

// contrasts gives the contrast of each colour of the page to its grounds, as WCAG
// counts it.
const contrasts = `(() => {
	const lum = c => { const v = c.match(/\w\w/g).map(x => parseInt(x, 16) / 255).map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4); return .2126 * v[0] + .7152 * v[1] + .0722 * v[2]; };
	const style = getComputedStyle(document.documentElement), get = n => style.getPropertyValue('--' + n).trim().slice(1);
	const out = {};
	for (const on of ['ground', 'raised', 'chosen']) for (const n of ['ink', 'soft', 'running', 'waiting', 'queued', 'cancelled', 'failed', 'ring', 'abandoned', 'group']) {
		const [a, b] = [lum(get(n)), lum(get(on))].sort((x, y) => y - x);
		out[n + ' on ' + on] = (a + .05) / (b + .05);
	}
	return out;
})()`
