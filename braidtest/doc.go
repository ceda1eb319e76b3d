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
// [Check], [Run] and [Main] look for what a test leaves behind. They find tasks
// and goroutines of any kind, whether the code uses braid or not, and know which
// test they belong to.
package braidtest
