/* A library of the driver's name that holds nothing of it. */
int nothing_of_a_driver(void) { return 0; }
