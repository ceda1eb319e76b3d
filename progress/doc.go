// Package progress counts work, rolls the counts up a tree, and reports them.
//
// A [*Progress] is a node. Counting is an atomic addition; all else (sums, the
// fraction, the rate) is worked out when somebody looks, by
// [Progress.Snapshot], and nothing runs in between. A nil *Progress counts
// nothing and costs nothing, so that a function may count without asking
// whether anybody looks:
//
//	p := progress.New("backup")
//	err := braid.Run(progress.With(ctx, p), func(ctx context.Context, g *braid.Group) error {
//		p.Show(g, time.Second, progress.Lines(os.Stderr))
//		return braid.Each(ctx, files, save, braid.Track(p.Child("files", 9)))
//	})
//	// backup after 10s: 423 of 1000 (42%), 3 failed, 61.2/s, 9s left
//
// # Counts
//
// An item is done, failed or skipped; whichever it is, it has been dealt with.
// The counts of a node are its own and those of its children, to any depth. The
// total is known when it is known for the node itself and for each child; until
// then it is a lower bound.
//
// # The fraction
//
// A child of weight w is worth as much as w of its parent's own items. The
// fraction of a node is what has been dealt with, over all there is:
//
//	  own items dealt with + sum of (weight × fraction) over the children
//	―――――――――――――――――――――――――――――――――――――――――――――――――――――――――――――――――――――
//	own total + sum of the weights (or what Expect says, if that is more)
//
// A child on which nothing has been set or counted has not begun and stands at
// 0; one that has ended ([Progress.End]) stands at 1, whatever it left undone.
// If the own total or the fraction of a child that has begun is not known, the
// fraction is not known; it is never guessed.
//
// A fraction that is known lies in [0, 1] and never falls, neither by counting
// nor by the end of a child, unless the work itself grows: by a higher total, by
// what is announced beyond it, or by a child beyond what [Progress.Expect] said.
// The arithmetic is exact; no rounding makes a bar run backwards or stop short.
//
// # The rate
//
// The rate is that of items done or failed (to skip is no work) as seen by those
// who look: an average in which what happened a [HalfLife] ago weighs half. The
// time that remains is what is left over the rate.
package progress
