package braidtest

import (
	"strconv"
	"strings"

	"github.com/braid-go/braid/internal/seam"
)

// This file makes the choices of a run: at random, under a seed, or as written
// down. A choice is a number, and 0 is what would happen anyway; so a list of
// them that ends early goes on in the usual order.

// maxChoices is how many choices of a run are not the usual ones at most.
const maxChoices = 10_000

// A chance makes choices. None is made by nil.
type chance struct {
	state  uint64 // of the generator
	random bool
	script []int // what to choose, unless it is random
	made   []choice
}

// A choice that was made.
type choice struct {
	took   int
	of     int       // how many there were to choose from
	usual  seam.Step // what would have come
	came   seam.Step // what came instead
	passes bool      // at a moment at which nobody is held
	aside  bool      // who was there has stepped aside, and nobody that was held came
}

func newChance(seed uint64) *chance { return &chance{state: seed, random: true} }

// next gives a number below n. The generator is SplitMix64.
//
//go:norace
func (c *chance) next(n int) int {
	c.state += 0x9e3779b97f4a7c15
	z := c.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}

// choose gives the place among those held of the one that may go on; p.mu is held.
//
//go:norace
func (c *chance) choose(p *pilot) int {
	if c == nil || p.n < 2 || len(c.made) >= maxChoices {
		return 0
	}
	took := 0
	if c.random {
		took = c.next(p.n)
	} else if i := len(c.made); i < len(c.script) {
		took = min(c.script[i], p.n-1)
	}
	c.made = append(c.made, choice{took: took, of: p.n, usual: p.first.Step, came: p.at(took).Step})
	return took
}

// chooseAt is choose where nobody is held: whether who is there steps aside, and
// lets one go on that is held elsewhere, or nobody: -1.
//
//go:norace
func (c *chance) chooseAt(p *pilot, s seam.Step) (release int, aside bool) {
	if c == nil || len(c.made) >= maxChoices {
		return -1, false
	}
	took := 0
	if c.random {
		if c.next(4) == 0 {
			took = 1 + c.next(1+p.n)
		}
	} else if i := len(c.made); i < len(c.script) {
		took = min(c.script[i], 1+p.n)
	}
	made := choice{took: took, of: 2 + p.n, usual: s, passes: true, aside: took == 1}
	if took > 1 {
		made.came = p.at(took - 2).Step
	}
	c.made = append(c.made, made)
	return took - 2, took > 0
}

// took gives the choices that were made.
func (c *chance) took() []int {
	took := make([]int, len(c.made))
	for i, m := range c.made {
		took[i] = m.took
	}
	return took
}

// unusual gives those that are not the usual ones.
func (c *chance) unusual() (made []choice) {
	for _, m := range c.made {
		if m.took != 0 {
			made = append(made, m)
		}
	}
	return made
}

// String says what came before what.
func (c choice) String() string {
	switch {
	case c.aside:
		return "who " + moment(c.usual) + " steps aside"
	case c.passes:
		return moment(c.came) + " while somebody " + moment(c.usual)
	}
	return moment(c.came) + " before " + moment(c.usual)
}

func moment(s seam.Step) string {
	switch s.Moment {
	case seam.Start:
		return "task " + s.Path + " starts"
	case seam.End:
		return "task " + s.Path + " ends"
	case seam.Cancel:
		if s.Num == 0 && s.Path == "" {
			return "the group at " + s.Site + " is cancelled"
		}
		return "group " + s.Path + " is cancelled"
	case seam.Spawned:
		return "hands over a task"
	case seam.Woken:
		return "has waited"
	case look:
		return "looks at its context"
	}
	return "goes on"
}

// writeScript writes choices down: those that are not 0, each with its place.
func writeScript(script []int) string {
	var words []string
	for i, took := range script {
		if took != 0 {
			words = append(words, strconv.Itoa(i)+":"+strconv.Itoa(took))
		}
	}
	return strings.Join(words, " ")
}

// readScript is the inverse of writeScript.
func readScript(words []string) (script []int, ok bool) {
	for _, word := range words {
		at, took, _ := strings.Cut(word, ":")
		i, err := strconv.Atoi(at)
		n, err2 := strconv.Atoi(took)
		if err != nil || err2 != nil || i < len(script) || i >= maxChoices || n < 1 {
			return nil, false
		}
		script = append(script, make([]int, i+1-len(script))...)
		script[i] = n
	}
	return script, true
}
