package main

import "fmt"

// ErrGone says so.
var ErrGone = fmt.Errorf("gone")

const (
	// A is one.
	A = iota
	B
)

// Server serves.
type Server[T any] struct {
	addr string
}

type (
	// Handler handles.
	Handler interface{ Handle() error }
	Names   = []string
	Fn      func(int) error
)

// Start starts it.
// Twice.
func (s *Server[T]) Start(ctx context.Context) (err error) {
	return nil
}

func main() { f := func() {}; f() }
