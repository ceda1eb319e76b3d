//go:build !race

package braidtest

func unseen() {}
func seen()   {}
