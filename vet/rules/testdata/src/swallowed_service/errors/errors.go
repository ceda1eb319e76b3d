package errors

func Wrap(err error, _ string) error { return err }
