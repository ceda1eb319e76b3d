// Package grpc stands for that of gRPC.
package grpc

import (
	"context"
	"net"
)

type ClientConn struct{ conn net.Conn }

type DialOption struct{}

func WithBlock() DialOption    { return DialOption{} }
func WithInsecure() DialOption { return DialOption{} }

func DialContext(ctx context.Context, target string, opts ...DialOption) (*ClientConn, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", target)
	return &ClientConn{conn}, err
}

func Dial(target string, opts ...DialOption) (*ClientConn, error) {
	return DialContext(context.Background(), target, opts...)
}
