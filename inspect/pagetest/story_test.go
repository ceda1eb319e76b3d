package pagetest

import (
	"context"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/examples/inspect/story"
)

// The program of examples/inspect is told right by the page.
func TestThePageTellsTheStoryOfTheDemo(t *testing.T) {
	needBrowser(t)
	err := braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(story.Tell, braid.Background)
		b := open(t, serve(t), chromedp.EmulateViewport(1360, 860))
		for _, part := range []string{
			`why().includes('A ring of 2: none of them can go on')`,
			`why().includes('import was cancelled by ledger') && why().includes('table orders: disk full') && why().includes('Still there: reader')`,
			`why().includes('resolve still runs, and nobody waits for it')`,
			`why().includes('connection reset by peer') && why().includes('503 Service Unavailable')`,
		} {
			b.until(part)
		}
		b.shot("overview")
		// Tasks are in the order in which they began, so where these are is not known.
		b.find("crawl")
		b.until(`row('crawl').querySelector('.count.failed')`)
		b.key(kb.Escape)
		b.find("zoom")
		b.until(`row('zoom 17').innerText.includes('40/40') && /\+\d\d,\d\d\d queued/.test(row('zoom 17').innerText)`)
		b.key(kb.Escape)
		b.find("copy")
		b.until(`row('copy').innerText.includes('of 400') && row('copy').innerText.includes('ends in 59 m')`)
		b.key(kb.Escape)
		b.find("save")
		b.until(`row('save').innerText.includes('shielded') && row('keep lock').innerText.includes('background')`)
		b.key(kb.Escape)
		b.find("api")
		b.until(`row('api').innerText.includes('service')`)
		return nil
	}, braid.Name("demo"))
	if err != nil {
		t.Error(err)
	}
}
