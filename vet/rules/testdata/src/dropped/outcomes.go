// Outcomes of braid.Settle.

package dropped

import (
	"context"
	"errors"
	"log"

	"github.com/braid-go/braid"
)

type ask = func(context.Context) (int, error)

func greatest(ctx context.Context, asks []ask) (most int, err error) {
	outcomes, err := braid.Settle(ctx, asks) // want `nobody looks at their Err or State`
	if err != nil {
		return 0, err
	}
	for _, o := range outcomes {
		most = max(most, o.Value)
	}
	return most, nil
}

func sum(ctx context.Context, asks []ask) (n int, err error) {
	outcomes, err := braid.Settle(ctx, asks) // want `nobody looks at their Err or State`
	for i := range outcomes {
		n += 2 * outcomes[i].Value
	}
	log.Print(len(outcomes))
	return n, err
}

func noOutcomes(ctx context.Context, asks []ask) error {
	_, err := braid.Settle(ctx, asks) // want `nobody looks at their Err or State`
	return err
}

func alone(ctx context.Context, asks []ask) {
	braid.Settle(ctx, asks) // want `nobody looks at their Err or State`
}

func aloneWhy(ctx context.Context, asks []ask) {
	braid.Settle(ctx, asks) // best effort
}

func known(ctx context.Context, asks []ask) (n int, err error) {
	outcomes, err := braid.Settle(ctx, asks)
	for _, o := range outcomes {
		if o.Err == nil {
			n += o.Value
		}
	}
	return n, err
}

func byState(ctx context.Context, asks []ask) (n int, err error) {
	outcomes, err := braid.Settle(ctx, asks)
	for i, o := range outcomes {
		n += o.Value
		if outcomes[i].State != braid.Succeeded {
			err = errors.Join(err, errors.New("failed"))
		}
	}
	return n, err
}

func byValue(ctx context.Context, asks []func(context.Context) (*peer, error)) (up []*peer, err error) {
	outcomes, err := braid.Settle(ctx, asks)
	for _, o := range outcomes {
		if p := o.Value; p != nil {
			up = append(up, p)
		}
	}
	return up, err
}

func handedOn(ctx context.Context, asks []ask) ([]braid.Outcome[int], error) {
	outcomes, err := braid.Settle(ctx, asks)
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}
