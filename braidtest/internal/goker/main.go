// Command goker measures what braidtest.Check finds of real goroutine leaks, and
// what it takes for one that is none, beside go.uber.org/goleak and the runtime's
// profile of leaked goroutines:
//
//	go run ./braidtest/internal/goker                    # three runs of each program
//	go run ./braidtest/internal/goker -runs 10 -only tests/moby
//	go run ./braidtest/internal/goker -gobench ../gobench  # a clone that is there
//
// The programs are GoKer's kernels of blocking bugs, in three forms:
//
//   - tests: as the suite GoBench has them. Many do not return when their bug
//     shows.
//   - mended: the same without the bug, as mended.txt says. Who finds something in
//     these is wrong.
//   - runtime: as Go has them in src/runtime/testdata/testgoroutineleakprofile, where
//     all return; and some small programs from there.
//
// They are copied to a temporary folder and become one test binary; nothing of
// them stays. All detectors look at the same run, Check and goleak in turns first,
// so that none is luckier than another with a bug that shows seldom. The tables
// go to standard output, by the classes that GoKer gives its bugs: how many runs
// somebody found something in, and how many of these each detector.
package main

import (
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

var (
	runs     = flag.Int("runs", 3, "how often each program runs, in a build with the runtime's profile and in one without")
	parallel = flag.Int("parallel", 4, "how many run at a time")
	timeout  = flag.Duration("timeout", 4*time.Second, "the deadline of a run, after which it is ended")
	only     = flag.String("only", "", "run the programs whose names begin with this")
	gobench  = flag.String("gobench", "https://github.com/timmyyuan/gobench", "a clone of GoBench, or where git finds it")
	wrapper  = flag.String("exec", "", "run each program by this command")
	verbose  = flag.Bool("v", false, "tell of each program what was found, and of each mended one where")
)

func main() {
	log.SetFlags(0)
	flag.Parse()
	dir, err := os.MkdirTemp("", "goker")
	if err != nil {
		log.Fatal(err)
	}
	err = measure(dir)
	os.RemoveAll(dir)
	if err != nil {
		log.Fatal(err)
	}
}

// measure builds the programs in dir, runs them, and writes the tables.
func measure(dir string) error {
	programs, err := gather(dir)
	if err != nil {
		return err
	}
	programs = slices.DeleteFunc(programs, func(p program) bool { return !strings.HasPrefix(p.name, *only) })
	for _, profile := range []bool{false, true} {
		binary, err := build(dir, profile)
		if err != nil {
			return err
		}
		runAll(binary, programs, profile).write(profile)
	}
	return nil
}

// A row is a line of a table.
type row struct {
	programs int
	shown    int // programs in which somebody found something
	runs     int // runs in which somebody did
	found    [detectors]int
}

type table map[string]*row

// runAll runs each program as often as it was asked for.
func runAll(binary string, programs []program, profile bool) table {
	var (
		mu    sync.Mutex
		wg    sync.WaitGroup
		t     = table{}
		slots = make(chan struct{}, max(*parallel, 1))
	)
	for _, p := range programs {
		if t[p.class] == nil {
			t[p.class] = new(row)
		}
		t[p.class].programs++
		wg.Go(func() {
			var mine row
			for i := range *runs {
				slots <- struct{}{}
				found, output := run(binary, p.name, i%2 == 0)
				<-slots
				if found.any() {
					mine.runs++
					if *verbose && strings.HasPrefix(p.name, "mended/") {
						fmt.Fprintf(os.Stderr, "%s: %v\n%s\n", p.name, found, output)
					}
				}
				for d, yes := range found {
					if yes {
						mine.found[d]++
					}
				}
			}
			if *verbose {
				fmt.Fprintf(os.Stderr, "%-28s %-26s profile %-5t somebody %2d of %2d  Check %2d  goleak %2d  profile %2d\n", p.name, p.class, profile,
					mine.runs, *runs, mine.found[byCheck], mine.found[byGoleak], mine.found[byProfile])
			}
			mu.Lock()
			defer mu.Unlock()
			r := t[p.class]
			r.runs += mine.runs
			if mine.runs > 0 {
				r.shown++
			}
			for d, n := range mine.found {
				r.found[d] += n
			}
		})
	}
	wg.Wait()
	return t
}

func (t table) write(profile bool) {
	fmt.Printf("\n%d runs of each, in a build with %s profile:\n\n", *runs, map[bool]string{true: "the", false: "no"}[profile])
	fmt.Print("| class | programs | of these leaked | runs that leaked | Check | goleak |")
	rule := "|---|---|---|---|---|---|"
	if profile {
		fmt.Print(" the profile |")
		rule += "---|"
	}
	fmt.Printf("\n%s\n", rule)
	var classes []string
	for c := range t {
		classes = append(classes, c)
	}
	slices.Sort(classes)
	for _, c := range classes {
		r := t[c]
		fmt.Printf("| %s | %d | %d | %d | %d | %d |", c, r.programs, r.shown, r.runs, r.found[byCheck], r.found[byGoleak])
		if profile {
			fmt.Printf(" %d |", r.found[byProfile])
		}
		fmt.Println()
	}
}
