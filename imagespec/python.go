package imagespec

func readPython(name string, src []byte) ([]Named, error) {
	return nil, &Error{File: name, Msg: "not yet"}
}
