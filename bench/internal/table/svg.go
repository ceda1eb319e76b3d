package table

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strings"
)

// This file draws a report: a group of bars for each workload, one bar for each
// peer, as long as the logarithm of its ratio to the base, which is the line in
// the middle that bars start from: to the left is faster, to the right slower.

const (
	barHeight  = 12
	barGap     = 2
	groupGap   = 22
	leftMargin = 190 // for names
	chartWidth = 560
	rightSpace = 70 // for numbers
	topMargin  = 56
)

// SVG writes the report as a picture to w. It needs nothing outside: no script,
// no font, and it can be read on a light and on a dark page.
func (r *Report) SVG(w io.Writer) error {
	lowest, highest := r.extremes()
	scale := func(ratio float64) float64 {
		return leftMargin + chartWidth*(math.Log(ratio)-math.Log(lowest))/(math.Log(highest)-math.Log(lowest))
	}
	var body strings.Builder
	y := float64(topMargin)
	for _, work := range r.Works {
		fmt.Fprintf(&body, `<text class="work" x="8" y="%.0f">%s</text>`+"\n", y+barHeight, escape(work.Name))
		y += barHeight + 6
		for _, l := range r.lines(work.Name) {
			if math.IsNaN(l.ratio) || l.peer == r.Base {
				continue
			}
			class := "peer"
			if l.peer == r.Main {
				class = "main"
			}
			from, to := scale(1), scale(l.ratio)
			left, width := math.Min(from, to), math.Max(math.Abs(to-from), 1)
			fmt.Fprintf(&body, `<text class="name" x="%d" y="%.0f">%s</text>`, leftMargin-8, y+barHeight-2, escape(l.peer))
			fmt.Fprintf(&body, `<rect class="%s" x="%.1f" y="%.0f" width="%.1f" height="%d"><title>%s</title></rect>`,
				class, left, y, width, barHeight, escape(fmt.Sprintf("%s, %s: %s for each %s, %s x %s", work.Name, l.peer, work.amount(l.amount), work.Unit, Times(l.ratio), r.Base)))
			fmt.Fprintf(&body, `<text x="%.1f" y="%.0f">%s</text>`+"\n", left+width+5, y+barHeight-2, Times(l.ratio))
			y += barHeight + barGap
		}
		y += groupGap
	}
	var b strings.Builder
	width, height := leftMargin+chartWidth+rightSpace, int(y)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-label="%s">`+"\n", width, height, width, height, escape(r.Title))
	b.WriteString(`<style>
text { font: 11px sans-serif; fill: #666 }
.title { font-size: 16px }
.work { font-weight: bold }
.name { text-anchor: end }
.tick { text-anchor: middle }
.main { fill: #2a7de1 }
.peer { fill: #9aa5b1 }
line { stroke: #888; stroke-opacity: .3 }
.base { stroke-opacity: 1 }
</style>
`)
	fmt.Fprintf(&b, `<text class="title" x="8" y="22">%s</text>`+"\n", escape(r.Title))
	for _, tick := range ticks(lowest, highest) {
		class := "tick"
		if tick == 1 {
			class = "base"
		}
		x := scale(tick)
		fmt.Fprintf(&b, `<line class="%s" x1="%.1f" x2="%.1f" y1="%d" y2="%d"/>`, class, x, x, topMargin-8, height)
		fmt.Fprintf(&b, `<text class="tick" x="%.1f" y="%d">%s</text>`+"\n", x, topMargin-14, escape(tickName(tick, r.Base)))
	}
	b.WriteString(body.String())
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// extremes gives powers of ten between which all ratios lie, and 1 with them.
func (r *Report) extremes() (lowest, highest float64) {
	lowest, highest = 1, 1
	for _, work := range r.Works {
		for _, l := range r.lines(work.Name) {
			if !math.IsNaN(l.ratio) && l.ratio > 0 && !math.IsInf(l.ratio, 0) {
				lowest, highest = math.Min(lowest, l.ratio), math.Max(highest, l.ratio)
			}
		}
	}
	lowest = math.Pow(10, math.Floor(math.Log10(lowest)))
	highest = math.Pow(10, math.Ceil(math.Log10(highest)))
	if highest == lowest {
		highest *= 10
	}
	return lowest, highest
}

// ticks gives the powers of ten from lowest to highest.
func ticks(lowest, highest float64) []float64 {
	var out []float64
	for t := math.Round(math.Log10(lowest)); t <= math.Round(math.Log10(highest)); t++ {
		out = append(out, math.Pow(10, t))
	}
	return out
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
