package table

// This file has what a table is made of: rows of peers under workloads, with the
// numbers that are shown.

// A Report is a whole table.
type Report struct {
	Title string
	Notes []string // paragraphs below the title
	Base  string   // the peer that the others are compared with
	Main  string   // the peer that it is all about
	Named []string // the peers that have a column of their own in the overview
	Works []Work
	Cells []Cell

	// Before names the peer that is Main as it was, where the two are compared.
	Before string
}

// A Work describes a workload: its cells are those with its name.
type Work struct {
	Name, About, Unit string
	N                 int    // units in one run
	Of                string // what is measured: "" for time, "bytes" for memory
}

// A line is a peer below a workload.
type line struct {
	peer, failed                   string
	amount, spread, cpu            float64
	ratio, cpuRatio, allocs, bytes float64
}

// lines gives the peers of a workload in the order of the cells.
func (r *Report) lines(work string) []line {
	var base Cell
	for _, c := range r.Cells {
		if c.Workload == work && c.Peer == r.Base {
			base = c
		}
	}
	var out []line
	for _, c := range r.Cells {
		if c.Workload != work {
			continue
		}
		out = append(out, line{
			peer: c.Peer, failed: c.Failed,
			amount: Median(c.Amounts()), spread: Spread(c.Amounts()), ratio: Ratio(c.Amounts(), base.Amounts()),
			cpu: Median(c.CPUs()), cpuRatio: Ratio(c.CPUs(), base.CPUs()), allocs: Median(c.Allocs()), bytes: Median(c.BytesEach()),
		})
	}
	return out
}

// amount writes what was measured, in the unit of the workload.
func (w Work) amount(v float64) string {
	if w.Of == "bytes" {
		return Size(v)
	}
	return Duration(v)
}
