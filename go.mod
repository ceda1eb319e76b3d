module github.com/braid-go/braid

go 1.26
