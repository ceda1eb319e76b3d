// Package iter has the declarations of github.com/sourcegraph/conc/iter that rules look at.
package iter

type Mapper[T, R any] struct{ MaxGoroutines int }

func (m Mapper[T, R]) Map(input []T, f func(*T) R) []R { return nil }

func ForEach[T any](input []T, f func(*T))      {}
func Map[T, R any](input []T, f func(*T) R) []R { return nil }

func (m Mapper[T, R]) MapErr(input []T, f func(*T) (R, error)) ([]R, error) { return nil, nil }

func MapErr[T, R any](input []T, f func(*T) (R, error)) ([]R, error) { return nil, nil }
