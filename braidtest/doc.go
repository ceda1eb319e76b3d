// Package braidtest shows in tests that code has no loose ends.
//
//	func TestMain(m *testing.M) { braidtest.Main(m) } // for a whole package
//
//	func TestServer(t *testing.T) {
//		braidtest.Check(t) // nothing is left when this test has ended
//		…
//
//	func TestRetry(t *testing.T) {
//		braidtest.Run(t, func(t *testing.T) { // the same, in virtual time
//			…
//
//	func TestTransfer(t *testing.T) {
//		braidtest.CancelSweep(t, transfer) // … wherever it is cancelled
//
// [CancelSweep], [FailSweep] and [Explore] run a function again and again: each
// time cancelled at another point, with a failure of another task, or in another
// order of events.
//
// [Check], [Run] and [Main] look for what a test leaves behind. They find tasks
// and goroutines of any kind, whether the code uses braid or not, and know which
// test they belong to.
package braidtest
