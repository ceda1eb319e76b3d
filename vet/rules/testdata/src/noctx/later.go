package noctx

import (
	"context"

	"google.golang.org/grpc"
)

func connectsLater(ctx context.Context, target string, call func(*grpc.ClientConn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	conn, err := grpc.Dial(target, grpc.WithInsecure())
	if err != nil {
		return err
	}
	return call(conn)
}

func connectsNow(ctx context.Context, target string, call func(*grpc.ClientConn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	conn, err := grpc.Dial(target, grpc.WithInsecure(), grpc.WithBlock()) // want `Dial does not know ctx`
	if err != nil {
		return err
	}
	return call(conn)
}

type table struct{ kept []byte }

func (t *table) MarshalJSONContext(ctx context.Context) ([]byte, error) {
	if ctx.Value(t) != nil {
		return t.kept, nil
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func (t *table) MarshalJSON() ([]byte, error) { // want MarshalJSON:`sheds the context`
	return t.MarshalJSONContext(context.Background())
}

func writes(ctx context.Context, t *table) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return t.MarshalJSON()
}

func connectsInTask(ctx context.Context, target string, run func(func() error) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return run(func() error {
		_, err := grpc.Dial(target, grpc.WithBlock()) // want `Dial does not know ctx`
		return err
	})
}
