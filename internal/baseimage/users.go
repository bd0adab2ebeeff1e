package baseimage

import "errors"

// User is a line of /etc/passwd.
type User struct {
	Name     string
	UID, GID int
	Home     string
}

// Group is a line of /etc/group.
type Group struct {
	Name string
	GID  int
}

// Users are the users and groups of an image.
type Users struct {
	Users  []User
	Groups []Group
}

// Lookup resolves the USER of an image, "name", "name:group" or numbers, as
// container engines do: "" is root, a number need not be in /etc/passwd, and
// without a group it is the user's own or else 0.
func (u Users) Lookup(user string) (User, error) { return User{}, errors.New("not yet") }
