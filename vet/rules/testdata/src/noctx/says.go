// Functions that only say something do not wait.

package noctx

import "context"

func Debugf(o any, text string, args ...any)                         {}
func DebugfCtx(ctx context.Context, o any, text string, args ...any) {}

func Store(o any, args ...any) error                         { return nil }
func StoreCtx(ctx context.Context, o any, args ...any) error { return nil }

func Put(key string)                         {}
func PutCtx(ctx context.Context, key string) {}

func said(ctx context.Context) error {
	Debugf(nil, "said")
	Put("key")                    // want `Put does not know ctx`
	return Store(nil, 1, "three") // want `Store does not know ctx`
}
