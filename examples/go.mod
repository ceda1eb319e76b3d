module github.com/braid-go/braid/examples

go 1.26

require (
	github.com/braid-go/braid v0.0.0
	github.com/sony/gobreaker/v2 v2.4.0
	golang.org/x/time v0.15.0
)

replace github.com/braid-go/braid => ../
