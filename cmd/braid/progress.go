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
	"github.com/braid-go/braid/progress"
)

// A display shows how the commands of a map go. Their counts are kept by a
// *progress.Progress, which is nil if nobody wants to know.
type display interface {
	counted() // there is one more to show
	end()
}

// newDisplay gives the streams to print to, which a bar on the same terminal
// has to stand aside for.
func newDisplay(p *progress.Progress) (out, errs io.Writer, d display) {
	switch {
	case p == nil:
		return os.Stdout, os.Stderr, quiet{}
	case !isTerminal(os.Stderr) || columns(os.Stderr) == 0:
		return os.Stdout, os.Stderr, &lines{of: p, next: time.Now().Add(lineEvery)}
	}
	b := newBar(p)
	out = os.Stdout
	if isTerminal(os.Stdout) {
		out = b.above()
	}
	return out, b.above(), b
}

type quiet struct{}

func (quiet) counted() {}
func (quiet) end()     {}

// lineEvery is how long lines is silent at most while there is progress.
const lineEvery = 5 * time.Second

// lines tells of each tenth that is done, and of what was done in a while.
type lines struct {
	of    *progress.Progress
	mu    sync.Mutex
	next  time.Time
	tenth int
}

func (l *lines) counted() {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.of.Snapshot()
	tenth := int(s.Fraction * 10)
	if tenth > l.tenth && tenth < 10 || time.Now().After(l.next) {
		l.print(s)
	}
	l.tenth = max(l.tenth, tenth)
}

func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.print(l.of.Snapshot())
}

func (l *lines) print(s progress.Snapshot) {
	l.next = time.Now().Add(lineEvery)
	total := fmt.Sprint(s.Total)
	if !s.TotalKnown {
		total += " or more"
	}
	fmt.Fprintf(os.Stderr, "%s: %d of %s done, %d failed, %s%s\n", s.Name, s.Finished(), total, s.Failed, report.Duration(s.Elapsed), left(s))
}

// left tells how much longer it will take, if there is something to go by.
func left(s progress.Snapshot) string {
	if s.Elapsed < time.Second || s.Remaining < time.Second {
		return ""
	}
	return ", " + report.Duration(s.Remaining) + " left"
}

// bar is the bar on a terminal. It looks at the counts whenever it is drawn.
type bar struct {
	of     *progress.Progress
	screen *mpb.Progress
	bar    *mpb.Bar
	texts  []*above
}

func newBar(p *progress.Progress) *bar {
	b := &bar{of: p, screen: mpb.New(mpb.WithOutput(os.Stderr), mpb.WithWidth(40))}
	style := mpb.BarStyle().Lbound("").Filler("█").Tip("█").Padding("░").Rbound("").Build()
	b.bar = b.screen.MustAdd(0, mpb.BarFillerFunc(func(w io.Writer, stat decor.Statistics) error {
		s := p.Snapshot()
		stat.Current, stat.Total = int64(s.Finished()), int64(s.Total)
		return style.Fill(w, stat)
	}), mpb.AppendDecorators(
		decor.Any(func(decor.Statistics) string { return barText(p.Snapshot()) }),
		decor.Elapsed(decor.ET_STYLE_GO, decor.WC{W: 6}),
	))
	return b
}

func barText(s progress.Snapshot) string {
	text := fmt.Sprintf(" %d/%d", s.Finished(), s.Total)
	if !s.TotalKnown {
		text += "+"
	}
	if s.Failed > 0 {
		text += fmt.Sprintf(", %d failed", s.Failed)
	}
	return text + left(s)
}

func (b *bar) counted() {}

func (b *bar) end() {
	for _, text := range b.texts {
		text.finish()
	}
	if s := b.of.Snapshot(); s.TotalKnown && s.Finished() == s.Total {
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
