// Eigen: decompositions of dense and sparse matrices.
#include <Eigen/Dense>
#include <Eigen/Sparse>

#include "parts.h"

std::string decompositions() {
  Eigen::Matrix4d matrix;
  matrix << 4, 1, 0, 0, 1, 4, 1, 0, 0, 1, 4, 1, 0, 0, 1, 4;
  const Eigen::Vector4d right(1, 2, 3, 4);
  const Eigen::Vector4d by_qr = matrix.colPivHouseholderQr().solve(right);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(matrix, Eigen::ComputeThinU | Eigen::ComputeThinV);
  const Eigen::SelfAdjointEigenSolver<Eigen::Matrix4d> values(matrix);
  const Eigen::SparseMatrix<double> sparse = matrix.sparseView();
  const Eigen::SimplicialLDLT<Eigen::SparseMatrix<double>> ldlt(sparse);
  const Eigen::VectorXd by_ldlt = ldlt.solve(right);
  const bool agree = (by_qr - by_ldlt).norm() < 1e-9;
  return std::to_string(svd.singularValues()(0)) + " " + std::to_string(values.eigenvalues()(0)) + " " +
         (agree ? "agree" : "differ") + "\n";
}
