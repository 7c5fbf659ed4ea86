int main() {
  const Counts counts = count("to be or not to be that is the question whether it is nobler in the mind");
  for (const std::string &word : order(counts)) std::cout << word << ' ' << counts.at(word) << '\n';
}
