package model

import (
	"bufio"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
)

// This file compares the model with the library on random programs: those of a
// row of seeds, those of seeds that have found something once, and those that
// a fuzzer makes.

var (
	programs = flag.Int("programs", 0, "how many random programs to compare; about a thousand if 0")
	seed     = flag.Uint64("seed", 1, "the seed of the first of them")
	repeat   = flag.Int("repeat", 20, "how often to run a program that fails, while it is made smaller")
	show     = flag.Bool("show", false, "print each program, and what becomes of it by the model and by the library")
)

func TestMain(m *testing.M) {
	// Failures that a Goexit leaves nobody to return to are logged.
	slog.SetDefault(slog.New(slog.DiscardHandler))
	os.Exit(m.Run())
}

// bytesOf gives the bytes of the program of a seed.
func bytesOf(seed uint64) []byte {
	r := rand.New(rand.NewPCG(seed, 1))
	data := make([]byte, 20+r.IntN(300))
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return data
}

// compare gives how the library differs from the model on p, "" if it does not,
// and whether the contract leaves it open.
func compare(t *testing.T, p *Program) (diff string, open bool) {
	all := Run(p)
	last := all[len(all)-1].Open
	if last == "a hang" {
		return "", true
	}
	got := real(t, p) // that it does not hang is of interest in any case
	if *show {
		t.Logf("%v\nthe model: %s\nthe library: %s", p, all[0].history(), got.history())
	}
	if got.Open != "" {
		return got.Open, false
	}
	if last != "" {
		return "", true
	}
	for _, want := range all {
		d := want.Differs(got)
		if d == "" {
			return "", false
		}
		if diff == "" {
			diff = d
		}
	}
	return diff, false
}

// again compares several times: what a scheduler decides may be at fault.
func again(t *testing.T, p *Program) (diff string) {
	for range *repeat {
		if diff, _ = compare(t, p); diff != "" {
			break
		}
	}
	return diff
}

// check compares on p, and if they differ on less and less of it.
func check(t *testing.T, of string, p *Program) (open bool) {
	t.Helper()
	diff, open := compare(t, p)
	if diff != "" {
		p = shrink(p, func(p *Program) bool { return again(t, p) != "" })
		if smaller := again(t, p); smaller != "" {
			diff = smaller
		}
		t.Fatalf("%s: the model says, or the library does: %s\n%v", of, diff, p)
	}
	return open
}

func TestRandomProgramsEndAsTheModelSays(t *testing.T) {
	n := *programs
	if n == 0 {
		n = 2000
		if racing || testing.Short() {
			n = 600
		}
	}
	left := 0
	for i := range n {
		if s := *seed + uint64(i); check(t, fmt.Sprint("seed ", s), Decode(bytesOf(s))) {
			left++
		}
	}
	t.Logf("%d programs, of which %d are left open", n, left)
}

// testdata/seeds has a seed a line, and behind it what it has found.
func TestWhatAProgramHasFoundOnceStaysFixed(t *testing.T) {
	f, err := os.Open("testdata/seeds")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		number, _, _ := strings.Cut(lines.Text(), " ")
		s, err := strconv.ParseUint(number, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		check(t, lines.Text(), Decode(bytesOf(s)))
	}
}

func FuzzPrograms(f *testing.F) {
	f.Add([]byte{})
	for s := range uint64(20) {
		f.Add(bytesOf(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) { check(t, "these bytes", Decode(data)) })
}

// What never happens in the programs would be compared in vain.
func TestRandomProgramsComeToEverything(t *testing.T) {
	seen := map[string]int{}
	n, open := 3000, 0
	for s := range uint64(n) {
		all := Run(Decode(bytesOf(s)))
		if all[len(all)-1].Open != "" {
			open++
			continue
		}
		if len(all) > 1 {
			seen["a choice"]++
		}
		r := all[0]
		for _, state := range r.States {
			seen[string(state)]++
		}
		what, _, _ := strings.Cut(r.Err+":", ":")
		what, _, _ = strings.Cut(what, " ")
		seen["the end: "+what]++
		for _, notes := range r.Notes {
			for _, note := range notes {
				for _, mark := range []string{"T:", "+(", "G:", "*T", "W(", "J[", "X", "L", "P", "deadlock", "notclosed", "goexit", "why", "C", "D"} {
					if strings.Contains(note.Err, mark) {
						seen[mark]++
					}
				}
				seen["dead: "+note.Dead]++
			}
		}
	}
	t.Log(seen)
	for _, what := range []string{"a choice", "succeeded", "failed", "cancelled", "panicked", "exited", "skipped",
		"the end: nil", "the end: panic", "the end: exit", "the end: G", "the end: C", "the end: d",
		"T:", "+(", "G:", "*T", "W(", "J[", "X", "L", "P", "deadlock", "notclosed", "goexit", "why", "C", "D",
		"dead: -", "dead: c", "dead: d"} {
		if seen[what] == 0 {
			t.Errorf("in none of %d programs there is %q", n, what)
		}
	}
	if open > n/20 {
		t.Errorf("%d of %d programs are left open", open, n)
	}
}
