// Package grpc stands for that of gRPC.
package grpc

import "context"

type ClientConn struct{}

type DialOption struct{}

func WithBlock() DialOption    { return DialOption{} }
func WithInsecure() DialOption { return DialOption{} }

func DialContext(ctx context.Context, target string, opts ...DialOption) (*ClientConn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func Dial(target string, opts ...DialOption) (*ClientConn, error) {
	return DialContext(context.Background(), target, opts...)
}
