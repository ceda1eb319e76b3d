// Package table makes a table of measurements: medians, spreads and ratios, as
// Markdown and as bars. It knows nothing of how they were taken.
package table

import (
	"math"
	"slices"
)

// A Sample is what one run measured, for each unit of work.
type Sample struct {
	Amount  float64 // nanoseconds, or what else the workload measures
	CPU     float64 // nanoseconds of processor time; 0 if it is not known
	Allocs  float64
	Bytes   float64   // allocated, whether they were freed or not
	Figures []float64 // of a distribution; nil if there is none
}

// A Cell is what one peer took for one workload, round by round: the samples
// with the same index were taken one shortly after the other. A round that gave
// nothing is missing at the end only.
type Cell struct {
	Workload, Peer string
	Samples        []Sample
	Failed         string // why there are no samples, or no more
}

// Amounts gives what was measured in all rounds.
func (c Cell) Amounts() []float64 { return pick(c.Samples, func(s Sample) float64 { return s.Amount }) }

// CPUs gives the processor times of all rounds.
func (c Cell) CPUs() []float64 { return pick(c.Samples, func(s Sample) float64 { return s.CPU }) }

// Allocs gives the allocations of all rounds.
func (c Cell) Allocs() []float64 { return pick(c.Samples, func(s Sample) float64 { return s.Allocs }) }

// BytesEach gives the bytes allocated in all rounds.
func (c Cell) BytesEach() []float64 {
	return pick(c.Samples, func(s Sample) float64 { return s.Bytes })
}

func pick(samples []Sample, what func(Sample) float64) []float64 {
	out := make([]float64, len(samples))
	for i, s := range samples {
		out[i] = what(s)
	}
	return out
}

// Median gives the middle of the values, of an even number the mean of the two
// in the middle; NaN if there are none.
func Median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Spread gives how far the smallest and the largest of the values are apart, as
// a share of the median; NaN if there are none.
func Spread(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	return (slices.Max(values) - slices.Min(values)) / Median(values)
}

// Ratio gives the median of the ratios of what was measured in the same round,
// which a machine that is slow for a while disturbs less than the ratio of two
// medians; NaN if there is no such round.
func Ratio(values, base []float64) float64 {
	n := min(len(values), len(base))
	ratios := make([]float64, n)
	for i := range ratios {
		ratios[i] = values[i] / base[i]
	}
	return Median(ratios)
}
