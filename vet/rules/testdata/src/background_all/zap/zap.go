package zap

import "context"

type Logger struct{}

func (*Logger) Info(string) {}

func G(ctx context.Context) *Logger { _ = ctx.Err(); return nil }
