// Slots of a semaphore: a send that waits, although there is nothing in it.

package blocking_unseen

import "context"

func takesSlotOK(ctx context.Context, slots chan struct{}, f func(context.Context) error) error {
	select {
	case slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-slots }()
	return f(ctx)
}

func tells(ctx context.Context, done chan<- struct{}, f func(context.Context)) {
	f(ctx)
	done <- struct{}{}
}

func ownSlots(ctx context.Context, items []int, f func(context.Context, int)) {
	slots := make(chan struct{}, 4)
	for _, i := range items {
		slots <- struct{}{}
		f(ctx, i)
		<-slots
	}
}
