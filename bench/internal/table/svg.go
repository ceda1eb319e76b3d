package table

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
)

// This file draws a report: a group of bars for each workload, of the main peer,
// of those that are named, and of the fastest of all others. A bar is as long as
// the logarithm of its ratio to the base, which is the line that bars start
// from: to the left is faster, to the right slower.

const (
	barHeight  = 9
	barGap     = 1
	groupGap   = 9
	leftMargin = 150 // for the workloads
	chartWidth = 520
	rightSpace = 150 // for numbers and a name behind the longest bar
	topMargin  = 84
)

// A bar is one line of a workload, in the colours of its class.
type bar struct {
	line
	class, label string
}

// SVG writes the report as a picture to w. It needs nothing outside: no script,
// no font, and it can be read on a light and on a dark page.
func (r *Report) SVG(w io.Writer) error {
	groups := make([][]bar, len(r.Works))
	lowest, highest := 1.0, 1.0
	for i, work := range r.Works {
		groups[i] = r.bars(work.Name)
		for _, b := range groups[i] {
			lowest, highest = math.Min(lowest, b.ratio), math.Max(highest, b.ratio)
		}
	}
	marks := ticks(lowest, highest)
	lowest, highest = marks[0], marks[len(marks)-1]
	scale := func(ratio float64) float64 {
		return leftMargin + chartWidth*(math.Log(ratio)-math.Log(lowest))/(math.Log(highest)-math.Log(lowest))
	}
	var body strings.Builder
	y := float64(topMargin)
	for i, work := range r.Works {
		bars := groups[i]
		if len(bars) == 0 {
			continue
		}
		height := float64(len(bars)*(barHeight+barGap) - barGap)
		fmt.Fprintf(&body, `<text class="work" x="%d" y="%.1f">%s</text>`+"\n", leftMargin-10, y+height/2+4, escape(work.Name))
		from := scale(1)
		for _, b := range bars {
			to := scale(b.ratio)
			left, width := math.Min(from, to), math.Max(math.Abs(to-from), 1)
			fmt.Fprintf(&body, `<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%d"><title>%s</title></rect>`, b.class, left, y, width, barHeight,
				escape(fmt.Sprintf("%s, %s: %s for each %s, %s x %s", work.Name, b.peer, work.amount(b.amount), work.Unit, Times(b.ratio), r.Base)))
			// Behind the base line, so that it stands in the way of no bar.
			fmt.Fprintf(&body, `<text class="value" x="%.1f" y="%.1f">%s</text>`+"\n", math.Max(from, left+width)+5, y+barHeight-1, escape(b.label))
			y += barHeight + barGap
		}
		y += groupGap
	}
	var b strings.Builder
	width, height := leftMargin+chartWidth+rightSpace, int(y)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n", width, height, width, height, escape(r.Title))
	// The colours are chosen to stand out from white and from black, for viewers
	// that do not tell which page it is.
	b.WriteString(`<style>
text { font: 11px system-ui, sans-serif; fill: #768390 }
.title { font-size: 16px; font-weight: 600 }
.work { text-anchor: end; font-weight: 600 }
.value { font-size: 9px }
.tick { text-anchor: middle }
.main { fill: #1f7ae0 }
.named0 { fill: #e08a1e }
.named1 { fill: #8a63d2 }
.named2 { fill: #c4457a }
.other { fill: #8c959f }
line { stroke: #8c959f; stroke-opacity: .35 }
.base { stroke-opacity: 1 }
@media (prefers-color-scheme: light) { text { fill: #57606a } }
@media (prefers-color-scheme: dark) { text { fill: #c3cad3 } }
</style>
`)
	fmt.Fprintf(&b, `<text class="title" x="10" y="24">%s</text>`+"\n", escape(r.Title))
	r.legend(&b)
	for _, tick := range marks {
		class := "tick"
		if tick == 1 {
			class = "base"
		}
		x := scale(tick)
		fmt.Fprintf(&b, `<line class="%s" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`, class, x, x, topMargin-8, height-groupGap/2)
		fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%d">%s</text>`+"\n", x, topMargin-13, escape(tickName(tick, r.Base)))
	}
	b.WriteString(body.String())
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// bars gives what is drawn of a workload.
func (r *Report) bars(work string) []bar {
	var out []bar
	var best *line
	for _, l := range r.lines(work) {
		switch named := slices.Index(r.Named, l.peer); {
		case math.IsNaN(l.ratio) || math.IsInf(l.ratio, 0) || l.ratio <= 0 || l.peer == r.Base:
		case l.peer == r.Main:
			out = append(out, bar{l, "main", Times(l.ratio)})
		case named >= 0:
			out = append(out, bar{l, fmt.Sprintf("named%d", named), Times(l.ratio)})
		case best == nil || l.ratio < best.ratio:
			best = &l
		}
	}
	if best != nil {
		out = append(out, bar{*best, "other", Times(best.ratio) + " " + best.peer})
	}
	return out
}

// legend says whose bars are in which colour.
func (r *Report) legend(b *strings.Builder) {
	x := 10
	entry := func(class, text string) {
		fmt.Fprintf(b, `<rect class="%s" x="%d" y="36" width="10" height="10"/><text x="%d" y="45">%s</text>`+"\n", class, x, x+14, escape(text))
		x += 14 + 7*len(text) + 18
	}
	entry("main", r.Main)
	for i, peer := range r.Named {
		entry(fmt.Sprintf("named%d", i), peer)
	}
	entry("other", "the fastest of the others")
	fmt.Fprintf(b, `<text x="%d" y="45">left of the line: less than %s</text>`+"\n", x, escape(r.Base))
}

// ticks gives 1, 2 and 5 times the powers of ten, from the last that is below
// lowest to the first above highest, without the 2 and 5 where that is too many.
func ticks(lowest, highest float64) []float64 {
	var fine, coarse []float64
	for ten := math.Floor(math.Log10(lowest)); ten <= math.Ceil(math.Log10(highest)); ten++ {
		for _, step := range []float64{1, 2, 5} {
			v := step * math.Pow(10, ten)
			fine = append(fine, v)
			if step == 1 {
				coarse = append(coarse, v)
			}
		}
	}
	within := func(ticks []float64) []float64 {
		from, to := 0, len(ticks)-1
		for from+1 < to && ticks[from+1] <= lowest {
			from++
		}
		for to-1 > from && ticks[to-1] >= highest {
			to--
		}
		return ticks[from : to+1]
	}
	if most := 10; len(within(fine)) > most {
		return within(coarse)
	}
	return within(fine)
}

func tickName(tick float64, base string) string {
	if tick == 1 {
		return base
	}
	return fmt.Sprintf("x %g", tick)
}

func escape(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text))
	return b.String()
}
