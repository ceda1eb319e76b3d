package tie

func (f *finder) kinds() {}
