package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"

	"github.com/braid-go/braid/cmd/braid/internal/report"
)

// A progress is told what is to be done and what is done.
type progress interface {
	expect(n int, all bool)
	done(ok bool)
	end()
}

// newProgress gives the streams to print to, which a bar on the same terminal
// has to stand aside for.
func newProgress(wanted bool) (out, errs io.Writer, p progress) {
	switch {
	case !wanted:
		return os.Stdout, os.Stderr, quiet{}
	case !isTerminal(os.Stderr) || columns(os.Stderr) == 0:
		return os.Stdout, os.Stderr, &lines{began: time.Now(), next: time.Now().Add(lineEvery)}
	}
	b := newBar()
	out = os.Stdout
	if isTerminal(os.Stdout) {
		out = b.above()
	}
	return out, b.above(), b
}

type quiet struct{}

func (quiet) expect(int, bool) {}
func (quiet) done(bool)        {}
func (quiet) end()             {}

// lineEvery is how long lines is silent at most while there is progress.
const lineEvery = 5 * time.Second

// lines tells of each tenth that is done, and of what was done in a while.
type lines struct {
	mu            sync.Mutex
	began, next   time.Time
	total         int
	all           bool
	count, failed int
	tenth         int
}

func (l *lines) expect(n int, all bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.total, l.all = n, all
}

func (l *lines) done(ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.count++
	if !ok {
		l.failed++
	}
	tenth := 0
	if l.all && l.total > 0 {
		tenth = l.count * 10 / l.total
	}
	if tenth > l.tenth && tenth < 10 || time.Now().After(l.next) {
		l.print()
	}
	l.tenth = max(l.tenth, tenth)
}

func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.print()
}

func (l *lines) print() {
	l.next = time.Now().Add(lineEvery)
	total := fmt.Sprint(l.total)
	if !l.all {
		total += " or more"
	}
	fmt.Fprintf(os.Stderr, "braid map: %d of %s done, %d failed, %s\n", l.count, total, l.failed, report.Duration(time.Since(l.began)))
}

// bar is the bar on a terminal.
type bar struct {
	screen *mpb.Progress
	bar    *mpb.Bar
	mu     sync.Mutex
	total  int
	all    bool
	count  int
	failed int
	texts  []*above
}

func newBar() *bar {
	b := &bar{screen: mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(40))}
	b.bar = b.screen.New(0, mpb.BarStyle().Lbound("").Filler("█").Tip("█").Padding("░").Rbound(""),
		mpb.AppendDecorators(
			decor.Any(func(decor.Statistics) string { return b.text() }),
			decor.Elapsed(decor.ET_STYLE_GO, decor.WC{W: 6}),
		))
	return b
}

func (b *bar) text() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	text := fmt.Sprintf(" %d/%d", b.count, b.total)
	if !b.all {
		text += "+"
	}
	if b.failed > 0 {
		text += fmt.Sprintf(", %d failed", b.failed)
	}
	return text
}

func (b *bar) expect(n int, all bool) {
	b.mu.Lock()
	b.total, b.all = n, all
	b.mu.Unlock()
	b.bar.SetTotal(int64(n), false)
}

func (b *bar) done(ok bool) {
	b.mu.Lock()
	b.count++
	if !ok {
		b.failed++
	}
	b.mu.Unlock()
	b.bar.Increment()
}

func (b *bar) end() {
	b.mu.Lock()
	whole := b.all && b.count == b.total
	b.mu.Unlock()
	for _, text := range b.texts {
		text.finish()
	}
	if whole {
		b.bar.SetTotal(-1, true)
	} else {
		b.bar.Abort(false)
	}
	b.screen.Wait()
}

// above writes whole lines above the bar.
type above struct {
	screen  io.Writer
	mu      sync.Mutex
	partial []byte
}

func (b *bar) above() *above {
	a := &above{screen: b.screen}
	b.texts = append(b.texts, a)
	return a
}

func (a *above) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.partial = append(a.partial, p...)
	end := bytes.LastIndexByte(a.partial, '\n') + 1
	if end == 0 && len(a.partial) < 64<<10 {
		return len(p), nil
	}
	if end == 0 { // a line without end
		a.partial = append(a.partial, '\n')
		end = len(a.partial)
	}
	_, err := a.screen.Write(a.partial[:end])
	a.partial = append([]byte(nil), a.partial[end:]...)
	return len(p), err
}

// finish writes the last line if it has no end.
func (a *above) finish() {
	if len(a.partial) > 0 {
		_, _ = a.Write([]byte{'\n'})
	}
}
