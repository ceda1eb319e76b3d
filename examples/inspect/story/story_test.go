package story

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/inspect"
)

// This file looks at the program as text and as JSON, until each has told all of
// the story. How the page tells it is tested in inspect/pagetest.

// patience is how long a test waits for what has to come. Nothing is found good
// for being quick.
const patience = time.Minute

func TestTheTextTellsTheStory(t *testing.T) {
	var lines []clue[string]
	for _, line := range []string{
		`import · run · joining · .* · 1 failed · 1 cancelled · CANCELLED \S+ ago, 1 left: .*demo/shop/orders/import/ledger: table orders: disk full · `,
		`reader · .* · IO wait in story\.read \(troubles\.go:\d+\) · `,
		`pack · \S+ · waits for demo/shop/packing/parcel/ship, IN A RING · `,
		`ship · \S+ · waits for demo/shop/packing/parcel/pack, IN A RING · `,
		`invoice · \S+ · waits for demo/shop/packing/parcel/ship · `,
		`crawl · run · \S+ · \d+ succeeded · \d\d+ failed · `,
		`zoom 17 · run · joining · \S+ · 40 of 40 slots · [\d,]+ queued · [\d,]+ succeeded · `,
		`…and [\d,]+ more like render, queued$`,
		`copy · each · joining · .* of 400 done · deadline in 59m`,
		`save · run · shielded · `,
		`keep lock · background · `,
		`resolve · abandoned · \S+ · CANCELLED \S+ ago: context deadline exceeded: request · `,
		`pool · service · `,
	} {
		lines = append(lines, clue[string]{line, regexp.MustCompile(`(?m)^[│├└─ ]+` + line).MatchString})
	}
	follow(t, lines, func(ctx context.Context) (string, error) {
		var text bytes.Buffer
		err := inspect.Dump(&text, inspect.Within(ctx), inspect.Stacks)
		return text.String(), err
	})
}

func TestTheJSONTellsTheStory(t *testing.T) {
	follow(t, []clue[tree]{
		{"who cancelled the import, why, and how many have not obeyed", func(s tree) bool {
			n := s.at("orders/import")
			return n.Cancelled != nil && n.Cancelled.By == "demo/shop/orders/import/ledger" && n.Cancelled.Left == 1 &&
				n.Cancelled.Reason == errTable.Error() && n.Counts.Failed == 1 && n.Counts.Cancelled == 1
		}},
		{"where the reader is stuck", func(s tree) bool {
			b := s.at("orders/import/reader").Blocked
			return b != nil && b.Doing == "IO wait" && strings.HasSuffix(b.In, "story.read") && b.Call == "net.(*conn).Read" && strings.Contains(b.Site, "troubles.go:")
		}},
		{"the ring, and who is not in it", func(s tree) bool {
			in := func(name, other string) bool {
				w := s.at("packing/parcel/" + name).Waits
				return w != nil && w.For == "task" && w.Path == "demo/shop/packing/parcel/"+other && w.Ring
			}
			w := s.at("packing/parcel/invoice").Waits
			return in("pack", "ship") && in("ship", "pack") && w != nil && w.Path == "demo/shop/packing/parcel/ship" && !w.Ring
		}},
		{"how many of the storm's pages have failed and succeeded", storm},
		{"what they failed with", func(s tree) bool {
			reset, busy := false, false
			for _, e := range s.Recent {
				if strings.HasPrefix(e.Path, "demo/shop/crawler/crawl/page ") && e.State == "failed" {
					reset = reset || strings.HasSuffix(e.Error, "connection reset by peer")
					busy = busy || strings.HasSuffix(e.Error, "503 Service Unavailable")
				}
			}
			return reset && busy
		}},
		{"all the quick tasks", quick},
		{"how far the backup is, and who set its deadline", func(s tree) bool {
			n := s.at("backup/copy")
			return n.Progress != nil && n.Progress.Total == 400 && n.Progress.Done > 0 && n.Deadline != nil && n.Deadline.By == "night"
		}},
		{"what is shielded", func(s tree) bool {
			return s.at("checkout/save").Shielded && s.at("checkout/save/keep lock").Kind == "background" && !s.at("backup/copy").Shielded
		}},
		{"what was left behind", func(s tree) bool {
			n := s.at("checkout/resolve")
			return n.Kind == "abandoned" && n.Cancelled != nil && n.Cancelled.By == "request"
		}},
	}, func(ctx context.Context) (s tree, err error) {
		var text bytes.Buffer
		if err := inspect.WriteJSON(&text, inspect.Within(ctx), inspect.Stacks); err != nil {
			return s, err
		}
		d := json.NewDecoder(&text)
		d.DisallowUnknownFields()
		return s, d.Decode(&s.Snapshot)
	})
}

// storm compares the counts with what becomes of each page, by its number.
func storm(s tree) bool {
	crawl := s.at("crawler/crawl")
	last, running := 0, map[int]bool{}
	for _, n := range s.in(crawl) {
		var page int
		if _, err := fmt.Sscanf(n.Name, "page %d", &page); err == nil {
			running[page] = true
			last = max(last, page)
		}
	}
	var succeeded, failed int64
	for page := 1; page <= last; page++ {
		switch {
		case running[page]:
		case page%7 == 0, page%7 == 2, page%7 == 5, page%7 == 3:
			failed++
		default:
			succeeded++
		}
	}
	return failed >= 8 && crawl.Counts.Failed == failed && crawl.Counts.Succeeded == succeeded
}

// quick finds every one of the quick tasks: ended, running, or in the queue, where
// nearly all are folded.
func quick(s tree) bool {
	zoom := s.at("tiles/zoom 17")
	if zoom.Counts == nil || zoom.Counts.Succeeded == 0 || zoom.Used != 40 {
		return false
	}
	shown, inside := 0, 0
	for _, n := range s.in(zoom) {
		if n.Type != "body" {
			shown++
			inside += max(1, n.Count)
		}
	}
	return shown < 20 && inside == zoom.Used+zoom.Queued && int(zoom.Counts.Succeeded)+inside == quickTasks
}

// A tree is what is read from the JSON.
type tree struct{ *inspect.Snapshot }

// at gives the node with that path below the shop, or an empty one.
func (s tree) at(path string) *inspect.Node {
	for _, n := range s.Nodes {
		if n.Path == "demo/shop/"+path {
			return n
		}
	}
	return &inspect.Node{}
}

// in gives what is right in a node.
func (s tree) in(up *inspect.Node) (list []*inspect.Node) {
	for _, n := range s.Nodes {
		if n.Up == up.ID {
			list = append(list, n)
		}
	}
	return list
}

// A clue is a part of the story that a look has to tell.
type clue[T any] struct {
	what string
	told func(T) bool
}

// follow tells the story, and looks until all the clues were found.
func follow[T any](t *testing.T, clues []clue[T], look func(context.Context) (T, error)) {
	t.Helper()
	_ = braid.Run(t.Context(), func(ctx context.Context, g *braid.Group) error {
		g.Go(func(own context.Context) error {
			defer g.Cancel()
			for began := time.Now(); ; {
				seen, err := look(ctx)
				if err != nil {
					t.Error(err)
					return nil
				}
				clues = slices.DeleteFunc(clues, func(c clue[T]) bool { return c.told(seen) })
				if len(clues) == 0 {
					return nil
				}
				if err := braid.Sleep(own, 30*time.Millisecond); err != nil || time.Since(began) > patience {
					for _, c := range clues {
						t.Errorf("it is not told: %s", c.what)
					}
					t.Logf("the last look: %v", seen)
					return err
				}
			}
		})
		err := Tell(ctx)
		if err != nil {
			t.Errorf("the story, once stopped, gives %v", err)
		}
		return err
	}, braid.Name("demo"))
}
