package work

import (
	"context"
	"testing"
)

func TestMapReturnsTheErrorOfAFunctionAndLeavesNobodyBehind(t *testing.T) {
	each(t, mapping, func(t *testing.T, _ string, f mapFunc) {
		items := make([]int, 500)
		for i := range items {
			items[i] = i
		}
		for _, bad := range []int{0, 250, 499} {
			var running gauge
			_, err := f(context.Background(), items, running.through(failingAt(bad)))
			wantError(t, err)
			running.wantNobody(t)
		}
	})
}

func TestMapOfNothingIsNothing(t *testing.T) {
	each(t, mapping, func(t *testing.T, _ string, f mapFunc) {
		if got, err := f(context.Background(), nil, costing(1)); len(got) != 0 || err != nil {
			t.Errorf("got %v, %v", got, err)
		}
	})
}
