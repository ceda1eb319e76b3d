package temporal

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/braid-go/braid"
	"github.com/braid-go/braid/engine"
)

func output(n int) []byte { return []byte(`"` + strings.Repeat("x", n-2) + `"`) }

// TestWhatGoesAlongWithASignOfLifeIsBounded has a part handed from worker to worker,
// each of which finishes more than may go along.
func TestWhatGoesAlongWithASignOfLifeIsBounded(t *testing.T) {
	var told []byte
	for range 5 {
		p := &part{ends: make(ends, 100)}
		if told != nil {
			if err := json.Unmarshal(told, &p.kept); err != nil {
				t.Fatal(err)
			}
		}
		p.resume()
		for i := range p.ends {
			p.save(i, output(10<<10))
			if !p.ended(i) && i%2 == 0 {
				p.done(i, engine.End{Output: output(10 << 10), State: braid.Succeeded})
			}
		}
		var err error
		if told, err = json.Marshal(p.kept); err != nil {
			t.Fatal(err)
		}
		if len(told) > 2*maxKept+16<<10 {
			t.Fatalf("%d bytes go along", len(told))
		}
		if len(p.kept.Ended) == 0 || len(p.kept.Points) == 0 {
			t.Error("nothing goes along")
		}
	}
}

func TestOfWhatAWorkerHasToldNothingIsRunAgain(t *testing.T) {
	p := &part{ends: make(ends, 3), kept: kept{
		Ended:  map[int]end{1: {Output: []byte("5"), State: braid.Succeeded}},
		Points: map[int]json.RawMessage{2: []byte("7")},
	}}
	p.resume()
	if p.ended(0) || !p.ended(1) || string(p.ends[1].Output) != "5" || string(p.last(2)) != "7" || p.last(0) != nil {
		t.Errorf("%+v", p)
	}
	p.done(0, engine.End{State: braid.Failed, Err: braid.ErrClosed})
	if _, ok := p.kept.Ended[0]; ok {
		t.Error("a failure that ends the part is told as if it were final")
	}
}
