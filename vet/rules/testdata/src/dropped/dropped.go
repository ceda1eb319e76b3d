package dropped

import "golang.org/x/sync/errgroup"

func statement(g *errgroup.Group) {
	g.Wait() // want `the group's error is dropped`
}

func returned(g *errgroup.Group) error {
	return g.Wait()
}

func exempted(g *errgroup.Group) {
	g.Wait() //braid:ignore dropped its tasks report to the log themselves
}

func noReason(g *errgroup.Group) {
	//braid:ignore dropped
	g.Wait() // want `the group.s error is dropped`
}
